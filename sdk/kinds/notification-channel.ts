import { Type } from '../type.ts'
import { ConnectionReport, Failed, FormSchema, IdempotencyKey, Reference } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Brings short messages to a person or a room: SMS, push, chat. */
export const notificationChannelOperations = {
  /** The form with which a person states where to reach them: a number, a room. */
  target_form: {
    input: Type.Object({ locale: Type.String() }),
    output: Type.Object({ form: FormSchema }),
  },
  send: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      target: Type.Record(Type.String(), Type.Unknown()),
      topic: Type.String({ description: 'invoice.issued, service.suspended, …' }),
      urgency: Type.Enum(['low', 'normal', 'high']),
      /** Plain text. */
      title: Type.String({ maxLength: 200 }),
      text: Type.String({ maxLength: 4_000 }),
      url: Type.Optional(Type.String({ format: 'uri' })),
      locale: Type.String(),
    }),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('sent'), reference: Type.Optional(Reference) }),
      Failed,
    ]),
    changes: true,
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type NotificationChannel = KindOf<typeof notificationChannelOperations, 'send'>
