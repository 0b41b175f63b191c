import { Type, type Static, type TSchema } from './type.ts'

/** Minor units as text, as everywhere where only JSON crosses. */
const Minor = Type.String({ pattern: '^-?\\d{1,18}$' })
const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
const Day = Type.String({ format: 'date' })
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
const exactly = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

const sum = { amount_minor: Minor, currency: Currency }
const none = exactly({})
/** Of the address of a client only where its mail goes. */
const client = {
  kind: Type.String(),
  country: Type.String(),
  currency: Currency,
  email_host: Type.String(),
}

/**
 * What each check says besides who wants what of which record: the `facts` of its question. Checks of transitions that
 * are not named here say nothing more.
 */
export const checkFacts = {
  'billable_item.create:check': exactly({
    name: Type.String(),
    timing: Type.Enum(['now', 'next', 'day']),
    cycle: orNull(Type.String()),
    times: orNull(Type.Integer()),
    /** First day that it is charged for; null: with the next document, or at once. */
    on: orNull(Day),
    /** Of one time, before tax. */
    ...sum,
  }),
  /** How often it was charged. */
  'billable_item.stop:check': exactly({ name: Type.String(), done: Type.Integer() }),
  'client.change:check': exactly({
    /** Names of fields; `contacts` or `memberships` for those. */
    changed: Type.Array(Type.String()),
    ...client,
  }),
  /** Keys of settings. */
  'client.change_terms:check': exactly({ settings: Type.Array(Type.String()) }),
  'client.create:check': exactly(client),
  'coupon.create:check': exactly({
    code: Type.String(),
    kind: Type.String(),
    percent_ppm: orNull(Type.Integer()),
    amount_minor: orNull(Minor),
    currency: orNull(Currency),
    /** Periods that it lowers; null: all. */
    cycles: orNull(Type.Integer()),
    uses_max: orNull(Type.Integer()),
    ends_on: orNull(Day),
  }),
  'credit.grant:check': exactly({
    ...sum,
    origin: Type.Enum(['promotional', 'goodwill']),
    expires_on: orNull(Day),
  }),
  /** What is left of it. */
  'credit.revoke:check': exactly({ ...sum, origin: Type.Enum(['promotional', 'goodwill']) }),
  /** Of the note, below zero. */
  'credit_note.issue:check': exactly({ total_minor: Minor, currency: Currency }),
  'delivery.adopt:check': exactly({ remote_id: Type.String() }),
  'delivery.start:check': exactly({ action: Type.String() }),
  'delivery.undo:check': none,
  /** Which fields have a text. */
  'dispute.submit_evidence:check': exactly({ fields: Type.Array(Type.String()) }),
  /** `expires_on` null: by the setting of the brand. */
  'gift_card.issue:check': exactly({ ...sum, expires_on: orNull(Day) }),
  'gift_card.redeem:check': exactly(sum),
  'instalment_plan.agree:check': exactly({
    ...{ open_minor: Minor, currency: Currency, parts: Type.Integer({ minimum: 2 }) },
    ...{ first_on: Day, every: Type.String(), fee_minor: Minor },
  }),
  'invoice.issue:check': exactly({
    ...{ kind: Type.String(), origin: Type.String(), currency: Currency, due_on: Day, total_minor: Minor },
  }),
  'invoice.recall_from_collections:check': none,
  'invoice.send_to_collections:check': none,
  /** Of the first close of a month, whose subject is the brand. */
  'ledger_month.close:check': exactly({ month: Type.Optional(Type.String()) }),
  'order.place:check': exactly({
    currency: Currency,
    items: Type.Array(exactly({ product_id: orNull(Type.String()), net_minor: Minor })),
  }),
  'payment.charge:check': exactly({
    ...sum,
    /** None: a refill of credit. */
    invoice_ids: Type.Array(Type.String()),
    ...{ method_id: Type.String(), instance_id: Type.String() },
  }),
  'refund.create:check': exactly({
    ...sum,
    destination: Type.String(),
    /** The document that it is of; null: none in particular. */
    invoice_id: orNull(Type.String()),
    /** What pays for it. */
    taken_from: Type.Enum(['credit_note', 'credit', 'goodwill']),
    /** Whether a note is issued. */
    credit_note: Type.Boolean(),
  }),
  'service.act:check': exactly({ operation: Type.String() }),
  'service.change_plan:check': exactly({
    product_id: Type.String(),
    /** As wished. */
    options: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
  }),
  'service.hold:check': exactly({ hold: Type.String() }),
  'service.lift:check': exactly({ hold: Type.String() }),
  'service.move_renewal:check': exactly({ to_on: Day }),
  /** Null ends it. */
  'service.spare:check': exactly({ until_on: orNull(Day) }),
  'service_transfer.offer:check': exactly({ service_id: Type.String() }),
  'session.start:check': exactly({ address: Type.String() }),
} as const satisfies Record<`${string}:check`, TSchema>

export type CheckFacts = { [N in keyof typeof checkFacts]: Static<(typeof checkFacts)[N]> }
