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

export const UpdateMethod = Type.Object({
  idempotency_key: IdempotencyKey,
  method: Reference,
  customer: Type.Optional(Reference),
  client: ClientSnapshot,
  return_url: Type.String({ format: 'uri' }),
})

/** An agreement that the gateway holds and charges by itself. */
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

const Paged = { cursor: Type.Optional(Type.String()) }
const Days = { from: DayText, until: DayText }

export const Payouts = Type.Object({
  payouts: Type.Array(
    Type.Object({
      reference: Reference,
      amount: MoneyShape,
      fee: MoneyShape,
      status: Type.Enum(['pending', 'in_transit', 'paid', 'failed', 'cancelled']),
      arrives_on: DayText,
      /** The payments and refunds in it, by the gateway's references. */
      of: Type.Array(Reference, { maxItems: 1_000 }),
    }),
    { maxItems: 100 },
  ),
  ...Paged,
})
export type Payouts = Static<typeof Payouts>

/** Operations that core offers where plugin.json lists them. Days are half-open: from ≤ day < until. */
export const gatewayOptionalOperations = {
  eligibility: { input: Eligibility, output: EligibilityAnswer },
  update_method: {
    input: UpdateMethod,
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('updated') }),
      Type.Object({ outcome: Type.Literal('needs_client'), url: Type.String({ format: 'uri' }) }),
      Failed,
    ]),
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
  balances: {
    input: Type.Object({}),
    output: Type.Object({
      balances: Type.Array(
        Type.Object({ kind: Type.Enum(['available', 'pending', 'reserved']), amount: MoneyShape }),
      ),
    }),
  },
  list_payouts: { input: Type.Object({ ...Days, ...Paged }), output: Payouts },
  fee_report: {
    input: Type.Object({ ...Days, ...Paged }),
    output: Type.Object({
      fees: Type.Array(
        Type.Object({ reference: Reference, kind: Type.String(), fee: MoneyShape, on: DayText }),
        {
          maxItems: 1_000,
        },
      ),
      ...Paged,
    }),
  },
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
