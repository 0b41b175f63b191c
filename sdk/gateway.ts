import type { Static } from './type.ts'
import { Type } from './type.ts'
import { ConfirmPayment, ConfirmSetup, Embed } from './embed.ts'
import { Agreement, CapturePayment, gatewayOptionalOperations, VoidPayment } from './gateway-optional.ts'
import type { KindOf, Operation } from './kinds/operation.ts'
import { SavedMethod } from './saved-method.ts'
import {
  ClientSnapshot,
  ConnectionReport,
  IdempotencyKey,
  InstantText,
  MoneyShape,
  Reference,
} from './shapes.ts'

export * from './gateway-optional.ts'
export * from './saved-method.ts'

/**
 * What happened to one attempt at the gateway. `reference` may change on the way (from a hosted page to the payment
 * made on it): the latest one counts.
 */
export const PaymentOutcome = Type.Union([
  /** Money has been taken. `amount` is what was taken, `fee` what the gateway keeps, when it says so. */
  Type.Object({
    outcome: Type.Literal('succeeded'),
    reference: Reference,
    amount: MoneyShape,
    fee: Type.Optional(MoneyShape),
    saved_method: Type.Optional(SavedMethod),
    customer: Type.Optional(Reference),
  }),
  /**
   * The client must act: follow `url` (hosted page, 3-D Secure), read `instructions` (bank transfer), or fill in `embed`,
   * only where the call said `can_embed`. A `url` beside it is for those whose browser runs no scripts.
   */
  Type.Object({
    outcome: Type.Literal('needs_client'),
    reference: Reference,
    url: Type.Optional(Type.String({ format: 'uri' })),
    embed: Type.Optional(Embed),
    instructions: Type.Optional(
      Type.Array(
        Type.Object({ label: Type.String(), value: Type.String(), copy: Type.Optional(Type.Boolean()) }),
      ),
    ),
    /** When the offer ends, UTC. */
    expires_at: Type.Optional(Type.String()),
    /** The gateway's id of the client, made or found for this payment: core keeps it and hands it in the next time. */
    customer: Type.Optional(Reference),
  }),
  /** Under way at the gateway; an event or `look_up` will tell. */
  Type.Object({ outcome: Type.Literal('pending'), reference: Reference }),
  /** Reserved, not taken. */
  Type.Object({
    outcome: Type.Literal('authorised'),
    reference: Reference,
    amount: MoneyShape,
    /** Until when it can be taken, UTC, when the gateway says so. */
    expires_at: Type.Optional(Type.String()),
    saved_method: Type.Optional(SavedMethod),
    customer: Type.Optional(Reference),
  }),
  /**
   * Refused by bank or gateway. `retry`: "later", the same method may work another day; "client", the method is good and
   * its holder must confirm this payment; "new_method", this method will not work again; "never", this payment cannot be
   * made this way by anybody. Core plans its dunning by it.
   */
  Type.Object({
    outcome: Type.Literal('declined'),
    reference: Type.Optional(Reference),
    code: Type.String(),
    /** For the client, in plain words; nothing that helps a thief. */
    message: Type.String(),
    retry: Type.Union([
      Type.Literal('later'),
      Type.Literal('client'),
      Type.Literal('new_method'),
      Type.Literal('never'),
    ]),
  }),
  /** Ended without money: expired, cancelled. */
  Type.Object({
    outcome: Type.Literal('cancelled'),
    reference: Type.Optional(Reference),
    reason: Type.String(),
  }),
  /** The gateway knows nothing of it: the request never arrived. Only `look_up` answers this. */
  Type.Object({ outcome: Type.Literal('absent') }),
])
export type PaymentOutcome = Static<typeof PaymentOutcome>

/**
 * In the payment's currency: what the gateway charges for the refund, or below zero what it gives back of the payment's
 * fee. Told with the answer that says first that money left; what is known later comes with `fee_report`.
 */
const refundFee = { fee: Type.Optional(MoneyShape) }

export const RefundOutcome = Type.Union([
  Type.Object({ outcome: Type.Literal('succeeded'), reference: Reference, ...refundFee }),
  Type.Object({ outcome: Type.Literal('pending'), reference: Reference, ...refundFee }),
  Type.Object({ outcome: Type.Literal('failed'), code: Type.String(), message: Type.String() }),
  /** This gateway cannot send money back; staff do it by hand and record it. */
  Type.Object({ outcome: Type.Literal('not_supported'), message: Type.String() }),
])
export type RefundOutcome = Static<typeof RefundOutcome>

/** Starts a payment with the client present: hosted page, instructions. */
export const StartPayment = Type.Object({
  payment_id: Type.String(),
  idempotency_key: IdempotencyKey,
  amount: MoneyShape,
  description: Type.String({ maxLength: 200 }),
  /** Number of the invoice; appears in transfers and on statements. */
  document: Type.String(),
  client: ClientSnapshot,
  /** The gateway's id of this client from an earlier payment. */
  customer: Type.Optional(Reference),
  save_method: Type.Boolean(),
  return_url: Type.String({ format: 'uri' }),
  cancel_url: Type.String({ format: 'uri' }),
  /** Language of the client, BCP 47. */
  locale: Type.String(),
  /** "later": the money is only reserved, and taken with `capture`. Only for gateways that offer it. */
  capture: Type.Optional(Type.Literal('later')),
  /** The page can show a frame: an answer may have `embed`. */
  can_embed: Type.Optional(Type.Boolean()),
  /** Now by the business clock, UTC, for gateways that set a term themselves. */
  started_at: Type.Optional(Type.String()),
})
export type StartPayment = Static<typeof StartPayment>

/** Charges a saved method, the client being absent. */
export const ChargeMethod = Type.Object({
  payment_id: Type.String(),
  idempotency_key: IdempotencyKey,
  amount: MoneyShape,
  description: Type.String({ maxLength: 200 }),
  document: Type.String(),
  client: ClientSnapshot,
  customer: Type.Optional(Reference),
  method: Reference,
  return_url: Type.String({ format: 'uri' }),
})
export type ChargeMethod = Static<typeof ChargeMethod>

export const LookUpPayment = Type.Object({
  payment_id: Type.String(),
  /** The key under which the attempt was sent. */
  idempotency_key: IdempotencyKey,
  reference: Type.Optional(Reference),
  /** The gateway's id of the client, which narrows the search when there is no reference. */
  customer: Type.Optional(Reference),
})
export type LookUpPayment = Static<typeof LookUpPayment>

export const RefundPayment = Type.Object({
  refund_id: Type.String(),
  idempotency_key: IdempotencyKey,
  /** The gateway's reference of the payment. */
  reference: Reference,
  amount: MoneyShape,
  reason: Type.String(),
})
export type RefundPayment = Static<typeof RefundPayment>

export const StartSetup = Type.Object({
  idempotency_key: IdempotencyKey,
  client: ClientSnapshot,
  customer: Type.Optional(Reference),
  currency: Type.String(),
  return_url: Type.String({ format: 'uri' }),
  cancel_url: Type.String({ format: 'uri' }),
  locale: Type.String(),
  /** The page can show a frame: an answer may have `embed`. */
  can_embed: Type.Optional(Type.Boolean()),
})
export type StartSetup = Static<typeof StartSetup>

/** Asks for what the account holds for customers that another system has charged until now. Nothing may be made. */
export const FindMethods = Type.Object({
  rows: Type.Array(Type.Object({ customer: Reference, method: Type.Optional(Reference) }), {
    ...{ minItems: 1, maxItems: 10 },
  }),
})
export type FindMethods = Static<typeof FindMethods>

/** One answer for each row, in the same order. */
export const FoundMethods = Type.Object({
  answers: Type.Array(
    Type.Union([
      Type.Object({
        outcome: Type.Literal('found'),
        customer: Reference,
        email: Type.Optional(Type.String()),
        /** The named method, or all of the customer, the one that is its default first. None that is another's. */
        methods: Type.Array(SavedMethod, { maxItems: 20 }),
      }),
      /** There is no such customer. */
      Type.Object({ outcome: Type.Literal('absent') }),
    ]),
    { maxItems: 10 },
  ),
})
export type FoundMethods = Static<typeof FoundMethods>

export const RemoveMethod = Type.Object({
  idempotency_key: IdempotencyKey,
  method: Reference,
  customer: Type.Optional(Reference),
})
export type RemoveMethod = Static<typeof RemoveMethod>

export const SetupOutcome = Type.Union([
  Type.Object({ outcome: Type.Literal('saved'), method: SavedMethod }),
  /** The bank wants to see its customer. The method comes later, by an event. */
  Type.Object({ outcome: Type.Literal('needs_client'), url: Type.String({ format: 'uri' }) }),
  /** `message` is for the client, in plain words. */
  Type.Object({ outcome: Type.Literal('declined'), message: Type.String({ maxLength: 300 }) }),
])
export type SetupOutcome = Static<typeof SetupOutcome>

/** A webhook that core has checked (or stored as unverified), to be interpreted by the plugin. */
export const StoredEvent = Type.Object({
  /** The raw body as received. */
  body: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  verified: Type.Boolean(),
})
export type StoredEvent = Static<typeof StoredEvent>

/** What an event means. A plugin re-reads the object at its provider before it answers anything that moves money. */
export const GatewayFact = Type.Union([
  Type.Object({
    fact: Type.Literal('payment'),
    /** Our payment's id when the object carries it, else the gateway's reference decides. */
    payment_id: Type.Optional(Type.String()),
    result: PaymentOutcome,
  }),
  Type.Object({
    fact: Type.Literal('refund'),
    refund_id: Type.Optional(Type.String()),
    /** Our payment's id when the gateway tells it: events may come before the payment's own. */
    payment_id: Type.Optional(Type.String()),
    payment_reference: Reference,
    amount: MoneyShape,
    result: RefundOutcome,
  }),
  Type.Object({
    fact: Type.Literal('dispute'),
    reference: Reference,
    payment_id: Type.Optional(Type.String()),
    payment_reference: Reference,
    amount: MoneyShape,
    status: Type.Union([
      Type.Literal('inquiry'),
      Type.Literal('open'),
      Type.Literal('won'),
      Type.Literal('lost'),
      Type.Literal('closed'),
    ]),
    reason: Type.String(),
    evidence_due_at: Type.Optional(Type.String()),
  }),
  Type.Object({
    fact: Type.Literal('method_saved'),
    client_id: Type.Optional(Type.String()),
    method: SavedMethod,
  }),
  Type.Object({ fact: Type.Literal('method_removed'), method: Reference }),
  /** It is kept, but will not work again: a mandate was revoked, an account closed. Core charges it no more. */
  Type.Object({
    fact: Type.Literal('method_refused'),
    method: Reference,
    code: Type.String({ maxLength: 100 }),
    /** For the client, in plain words. */
    message: Type.String({ maxLength: 300 }),
  }),
  /** An agreement that the gateway charges by itself took money. Core books it on what the agreement is matched to. */
  Type.Object({
    fact: Type.Literal('agreement_payment'),
    agreement: Reference,
    /** The payment's reference, as refunds and movements name it. */
    reference: Reference,
    amount: MoneyShape,
    fee: Type.Optional(MoneyShape),
  }),
  /** An agreement changed or ended. */
  Type.Object({ fact: Type.Literal('agreement'), agreement: Agreement }),
  /** Understood and of no consequence to us. */
  Type.Object({ fact: Type.Literal('ignored'), reason: Type.String() }),
])
export type GatewayFact = Static<typeof GatewayFact>

export const GatewayFacts = Type.Object({
  facts: Type.Array(GatewayFact),
  /** When the event happened at the gateway: events come late, and the books keep both days. */
  occurred_at: Type.Optional(InstantText),
})
export type GatewayFacts = Static<typeof GatewayFacts>

/**
 * A payment gateway. Core owns the payment's state: a method answers what the gateway said, and core books it. An unknown
 * outcome is thrown, never guessed; core then asks `look_up` before it tries again.
 */
export const gatewayOperations = {
  start_payment: { input: StartPayment, output: PaymentOutcome, changes: true },
  charge_method: { input: ChargeMethod, output: PaymentOutcome, changes: true },
  look_up: { input: LookUpPayment, output: PaymentOutcome },
  refund: { input: RefundPayment, output: RefundOutcome, changes: true },
  start_setup: { input: StartSetup, output: PaymentOutcome, changes: true },
  confirm_payment: { input: ConfirmPayment, output: PaymentOutcome, changes: true },
  confirm_setup: { input: ConfirmSetup, output: SetupOutcome, changes: true },
  remove_method: {
    input: RemoveMethod,
    output: Type.Object({ outcome: Type.Literal('removed') }),
    changes: true,
  },
  /** Saved methods for staff to take over. Reads only. */
  find_methods: { input: FindMethods, output: FoundMethods },
  handle_event: { input: StoredEvent, output: GatewayFacts },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
  /** As charge_method, but only reserves. */
  authorise: { input: ChargeMethod, output: PaymentOutcome, changes: true },
  capture: { input: CapturePayment, output: PaymentOutcome, changes: true },
  void: { input: VoidPayment, output: PaymentOutcome, changes: true },
  ...gatewayOptionalOperations,
} as const satisfies Record<string, Operation>

/** The operations a gateway plugin may offer; `plugin.json` lists which it does under `kinds.gateway`. */
export type Gateway = KindOf<typeof gatewayOperations, 'start_payment'>
