import { Type, type Static } from './type.ts'
import { ClientSnapshot, IdempotencyKey, MoneyShape, Reference } from './shapes.ts'

/**
 * A frame beside a form of ours, in which the plugin's own browser file and its provider's scripts run: card fields, a
 * bot check. It needs `permissions.browser`. The frame is a document without an origin: it reads neither the page around
 * it nor cookies, and asks only the declared hosts. What it hands out is a height and a token, by
 * `parent.postMessage({ height }, origin)` and `({ token }, origin)` with `origin = document.body.dataset.parent`; the
 * person then sends the form by a button of ours. An empty token takes the last one back.
 */
export const Embed = Type.Object({
  /** For the browser file, in `document.body.dataset.data`: public keys and what the provider gave for this once. */
  data: Type.String({ maxLength: 3_000, pattern: '^[\\x20-\\x7e]*$' }),
  /** Pixels until the frame says its own height. */
  height: Type.Optional(Type.Integer({ minimum: 40, maximum: 1_200 })),
})
export type Embed = Static<typeof Embed>

/** What the frame handed out, once. It says nothing by itself: the provider is asked what it is worth. */
export const EmbedToken = Type.String({ minLength: 1, maxLength: 4_096 })

/** The token of the frame that `start_payment` answered. Where its answer is lost, `look_up` is asked as ever. */
export const ConfirmPayment = Type.Object({
  payment_id: Type.String(),
  idempotency_key: IdempotencyKey,
  reference: Reference,
  customer: Type.Optional(Reference),
  amount: MoneyShape,
  token: EmbedToken,
})
export type ConfirmPayment = Static<typeof ConfirmPayment>

/** The token of the frame that `start_setup` answered. */
export const ConfirmSetup = Type.Object({
  idempotency_key: IdempotencyKey,
  reference: Reference,
  client: ClientSnapshot,
  customer: Type.Optional(Reference),
  token: EmbedToken,
})
export type ConfirmSetup = Static<typeof ConfirmSetup>
