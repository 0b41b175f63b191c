import { SavedMethod } from './saved-method.ts'
import { Type, type Static } from './type.ts'
import {
  ClientSnapshot,
  DayText,
  DoneOrFailed,
  Failed,
  IdempotencyKey,
  InstantText,
  MoneyShape,
  Reference,
} from './shapes.ts'

/** What only some gateways can do. */

export const Eligibility = Type.Object({
  amount: MoneyShape,
  client: ClientSnapshot,
  /** Whether the client is there to act. */
  present: Type.Boolean(),
})
/** Whether this gateway is offered for this payment; the reason is for staff. */
export const EligibilityAnswer = Type.Union([
  Type.Object({ eligible: Type.Literal(true) }),
  Type.Object({ eligible: Type.Literal(false), reason: Type.String() }),
])

/** Takes what was reserved, or a part of it; the rest is let go. */
export const CapturePayment = Type.Object({
  payment_id: Type.String(),
  idempotency_key: IdempotencyKey,
  reference: Reference,
  amount: MoneyShape,
})
export type CapturePayment = Static<typeof CapturePayment>
/** Lets go of what was reserved. */
export const VoidPayment = Type.Object({
  payment_id: Type.String(),
  idempotency_key: IdempotencyKey,
  reference: Reference,
})

export type VoidPayment = Static<typeof VoidPayment>

/**
 * Brings a saved method up to date: a card that was renewed, or the client's name and address at the gateway. `updated`
 * with what it is now, or an address where the client types what is new; what changes there comes as an event.
 */
export const UpdateMethod = Type.Object({
  idempotency_key: IdempotencyKey,
  method: Reference,
  customer: Type.Optional(Reference),
  client: ClientSnapshot,
  return_url: Type.String({ format: 'uri' }),
})

export const UpdatedMethod = Type.Union([
  Type.Object({ outcome: Type.Literal('updated'), method: Type.Optional(SavedMethod) }),
  Type.Object({ outcome: Type.Literal('needs_client'), url: Type.String({ format: 'uri' }) }),
  Failed,
])
export type UpdatedMethod = Static<typeof UpdatedMethod>

/** An agreement that the gateway holds and charges by itself: a subscription from before core charged. */
export const Agreement = Type.Object({
  reference: Reference,
  /** The gateway's id of the client. */
  customer: Type.Optional(Reference),
  email: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ maxLength: 200 })),
  /** "live" while it may still take money by itself, also when it is late, on trial or paused. */
  status: Type.Enum(['live', 'ended']),
  /** What it takes each time. */
  amount: MoneyShape,
  /** "1m", "1y", "14d". */
  cycle: Type.Optional(Type.String({ pattern: '^[1-9]\\d*[dmy]$' })),
  /** When it takes money next. */
  next_on: Type.Optional(DayText),
  /** For people: what it is for. */
  label: Type.Optional(Type.String({ maxLength: 200 })),
})
export type Agreement = Static<typeof Agreement>

export const AgreementInput = Type.Object({
  idempotency_key: IdempotencyKey,
  agreement: Type.Optional(Reference),
  client: ClientSnapshot,
  amount: MoneyShape,
  /** "1m", "1y", "14d". */
  cycle: Type.String({ pattern: '^[1-9]\\d*[dmy]$' }),
  starts_on: DayText,
  return_url: Type.String({ format: 'uri' }),
})
export const AgreementOutcome = Type.Union([
  Type.Object({ outcome: Type.Literal('active'), reference: Reference }),
  Type.Object({
    outcome: Type.Literal('needs_client'),
    reference: Reference,
    url: Type.String({ format: 'uri' }),
  }),
  Failed,
])

/** One movement at the gateway, for the staff's page. */
export const GatewayTransaction = Type.Union([
  Type.Object({
    outcome: Type.Literal('found'),
    reference: Reference,
    kind: Type.Enum(['payment', 'refund', 'dispute', 'payout', 'fee', 'other']),
    amount: MoneyShape,
    fee: Type.Optional(MoneyShape),
    status: Type.String(),
    at: InstantText,
    /** Where staff see it at the gateway. */
    url: Type.Optional(Type.String({ pattern: '^https://' })),
    facts: Type.Array(Type.Object({ label: Type.String(), value: Type.String() }), { maxItems: 50 }),
  }),
  Type.Object({ outcome: Type.Literal('absent') }),
])
export type GatewayTransaction = Static<typeof GatewayTransaction>

const Paged = { cursor: Type.Optional(Type.String()) }
const Days = { from: DayText, until: DayText }

/**
 * One change of our balance at the gateway. Core books it once by its `reference`, however often and in whatever order
 * it is told; it is told when it is final and never changes.
 */
export const GatewayMovement = Type.Object({
  /** The gateway's own id of this movement; a gateway without such ids makes one that stays the same. */
  reference: Reference,
  /** payment, refund, dispute, fee, adjustment; anything else is shown to staff as it is. */
  kind: Type.String({ minLength: 1, maxLength: 60 }),
  /** What the gateway kept of it; below zero when it gave back. */
  fee: MoneyShape,
  on: DayText,
  /** The payment, refund or dispute that moved, by the reference that core knows it by. */
  of: Type.Optional(Reference),
  /** How the balance moved before the fee, in the currency of the balance: below zero when money left. */
  amount: Type.Optional(MoneyShape),
  /** The same in the currency in which the client paid, when that is another one. */
  charged: Type.Optional(MoneyShape),
  /** As the gateway states it. */
  exchange_rate: Type.Optional(Type.String({ maxLength: 40 })),
})
export type GatewayMovement = Static<typeof GatewayMovement>

export const Payouts = Type.Object({
  payouts: Type.Array(
    Type.Object({
      reference: Reference,
      amount: MoneyShape,
      fee: MoneyShape,
      status: Type.Enum(['pending', 'in_transit', 'paid', 'failed', 'cancelled']),
      arrives_on: DayText,
      /** The payments and refunds in it, by the gateway's references. Core goes by `items`. */
      of: Type.Optional(Type.Array(Reference, { maxItems: 1_000 })),
      /** What it is made of. A long one may come in several answers, under the same reference. */
      items: Type.Optional(Type.Array(GatewayMovement, { maxItems: 1_000 })),
      /** Whether with this answer all of its items were told. */
      itemised: Type.Optional(Type.Boolean()),
    }),
    { maxItems: 100 },
  ),
  ...Paged,
})
export type Payouts = Static<typeof Payouts>

export const FeeReport = Type.Object({
  /** Movements of those days; those without `amount` tell a fee alone. */
  fees: Type.Array(GatewayMovement, { maxItems: 1_000 }),
  ...Paged,
})
export type FeeReport = Static<typeof FeeReport>

export const Balances = Type.Object({
  balances: Type.Array(
    Type.Object({ kind: Type.Enum(['available', 'pending', 'reserved']), amount: MoneyShape }),
  ),
})
export type Balances = Static<typeof Balances>

export const Agreements = Type.Object({
  agreements: Type.Array(Agreement, { maxItems: 1_000 }),
  ...Paged,
})
export type Agreements = Static<typeof Agreements>

/** Operations that core offers where plugin.json lists them. Days are half-open: from ≤ day < until. */
export const gatewayOptionalOperations = {
  eligibility: { input: Eligibility, output: EligibilityAnswer },
  update_method: {
    input: UpdateMethod,
    output: UpdatedMethod,
    changes: true,
  },
  create_agreement: { input: AgreementInput, output: AgreementOutcome, changes: true },
  update_agreement: { input: AgreementInput, output: AgreementOutcome, changes: true },
  cancel_agreement: {
    input: Type.Object({ idempotency_key: IdempotencyKey, agreement: Reference }),
    output: DoneOrFailed,
    changes: true,
  },
  fetch_transaction: { input: Type.Object({ reference: Reference }), output: GatewayTransaction },
  balances: { input: Type.Object({}), output: Balances },
  list_payouts: { input: Type.Object({ ...Days, ...Paged }), output: Payouts },
  fee_report: { input: Type.Object({ ...Days, ...Paged }), output: FeeReport },
  /** All agreements that the gateway holds and charges by itself, with those that ended since `from`. */
  list_agreements: { input: Type.Object({ from: DayText, ...Paged }), output: Agreements },
  /** Our side of a dispute, as text; the gateway decides. */
  submit_evidence: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      dispute: Reference,
      fields: Type.Record(Type.String(), Type.String()),
    }),
    output: DoneOrFailed,
    changes: true,
  },
} as const
