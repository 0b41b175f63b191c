import { Type, type Static } from '../type.ts'
import {
  ClientSnapshot,
  ConnectionReport,
  IdempotencyKey,
  InstantText,
  MoneyShape,
  Reference,
} from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

export const FraudQuestion = Type.Object({
  order_id: Type.String(),
  client: ClientSnapshot,
  amount: MoneyShape,
  ip: Type.Optional(Type.String()),
  user_agent: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  /** Since when the account stands, and how many orders of it were paid and disputed. */
  client_since: InstantText,
  orders_paid: Type.Integer({ minimum: 0 }),
  disputes: Type.Integer({ minimum: 0 }),
  products: Type.Array(Type.String()),
})
export type FraudQuestion = Static<typeof FraudQuestion>

export const FraudScore = Type.Object({
  /** 0 is harmless, 100 is certain fraud. */
  score: Type.Integer({ minimum: 0, maximum: 100 }),
  advice: Type.Enum(['accept', 'review', 'reject']),
  /** For staff; never shown to the client. */
  reasons: Type.Array(Type.Object({ code: Type.String(), text: Type.String({ maxLength: 200 }) }), {
    maxItems: 30,
  }),
  reference: Type.Optional(Reference),
})
export type FraudScore = Static<typeof FraudScore>

/** Rates an order before it is accepted. Core decides what follows; when the plugin fails, the order is held. */
export const fraudOperations = {
  score: { input: FraudQuestion, output: FraudScore },
  /** Tells the service how it ended, so that it learns. */
  report_outcome: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      order_id: Type.String(),
      reference: Type.Optional(Reference),
      outcome: Type.Enum(['good', 'fraud', 'disputed']),
    }),
    output: Type.Object({ outcome: Type.Literal('noted') }),
    changes: true,
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Fraud = KindOf<typeof fraudOperations, 'score'>
