import { Type, type Static } from '../type.ts'
import { ConnectionReport, Failed, IdempotencyKey, InstantText, Reference } from '../shapes.ts'
import { StoredEvent } from '../gateway.ts'
import type { KindOf, Operation } from './operation.ts'

const Address = Type.Object({ email: Type.String({ format: 'email' }), name: Type.Optional(Type.String()) })

export const OutgoingMail = Type.Object({
  idempotency_key: IdempotencyKey,
  from: Address,
  to: Type.Array(Address, { minItems: 1, maxItems: 50 }),
  cc: Type.Optional(Type.Array(Address, { maxItems: 50 })),
  bcc: Type.Optional(Type.Array(Address, { maxItems: 50 })),
  reply_to: Type.Optional(Address),
  subject: Type.String({ maxLength: 250 }),
  text: Type.String(),
  html: Type.Optional(Type.String()),
  headers: Type.Record(Type.String(), Type.String()),
  attachments: Type.Array(Type.Object({ name: Type.String(), type: Type.String(), base64: Type.String() }), {
    maxItems: 20,
  }),
})
export type OutgoingMail = Static<typeof OutgoingMail>

/** Sends mails through a company instead of a mail server. */
export const mailTransportOperations = {
  /** `accepted` means that the company has taken it, not that it has arrived. */
  send: {
    input: OutgoingMail,
    output: Type.Union([Type.Object({ outcome: Type.Literal('accepted'), reference: Reference }), Failed]),
    changes: true,
  },
  /** Bounces and complaints. */
  handle_event: {
    input: StoredEvent,
    output: Type.Object({
      facts: Type.Array(
        Type.Object({
          fact: Type.Enum(['delivered', 'bounced', 'deferred', 'complained', 'ignored']),
          reference: Type.Optional(Reference),
          email: Type.Optional(Type.String()),
          /** Will not work by waiting. */
          permanent: Type.Optional(Type.Boolean()),
          at: Type.Optional(InstantText),
          reason: Type.Optional(Type.String()),
        }),
      ),
    }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type MailTransport = KindOf<typeof mailTransportOperations, 'send'>
