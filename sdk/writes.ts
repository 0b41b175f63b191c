import { CurrencyCode } from './shapes.ts'
import { Type, type Static, type TSchema } from './type.ts'

const exact = { additionalProperties: false } as const

/** One thing that a plugin may ask core to write. */
export interface WriteRule {
  /** The noun of the record that it is about. */
  record: 'client' | 'order' | 'service'
  /** What the plugin says of it. */
  body: TSchema
}

/** Above zero and below ten million units of the currency: what is more is agreed between people. */
const AmountAsked = Type.Object(
  {
    /** Minor units as text: "1234" is 12.34 EUR. */
    minor: Type.String({ pattern: '^[1-9]\\d{0,8}$' }),
    /** The client's own currency. */
    currency: CurrencyCode,
  },
  exact,
)

/**
 * Everything that a plugin may ask core to write, by scope (`noun.write:fields` of `permissions.data`). Core does it by
 * the act that staff have for it, with its checks, hooks and audit row, and may refuse.
 */
export const writeScopes = {
  /** Adds a note to a client; notes of others stay as they are. */
  'client.write:note': {
    record: 'client',
    body: Type.Object({ body: Type.String({ minLength: 1, maxLength: 10_000 }) }, exact),
  },
  /** Charges a client something outside products, once, with its next invoice. Waits for staff unless granted. */
  'client.write:billable_item': {
    record: 'client',
    body: Type.Object(
      {
        /** The line of the invoice. */
        description: Type.String({ minLength: 1, maxLength: 200 }),
        amount: AmountAsked,
        /** Default: standard. */
        tax_class: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 })),
      },
      exact,
    ),
  },
  /** Fills the note of an order that has none. */
  'order.write:note': {
    record: 'order',
    body: Type.Object({ note: Type.String({ minLength: 1, maxLength: 2_000 }) }, exact),
  },
  /** Sets a new order aside until a person has looked at it. Only staff let it go on. */
  'order.write:hold': {
    record: 'order',
    body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, exact),
  },
  /** The name by which a client knows a service. */
  'service.write:label': {
    record: 'service',
    body: Type.Object({ label: Type.String({ minLength: 1, maxLength: 190 }) }, exact),
  },
  /** Places this instance's own hold on a service, which suspends it, or lifts it again. Holds of others stay. */
  'service.write:hold': {
    record: 'service',
    body: Type.Object({ held: Type.Boolean(), reason: Type.String({ minLength: 1, maxLength: 500 }) }, exact),
  },
} as const satisfies Record<string, WriteRule>

export type WriteScope = keyof typeof writeScopes
export type WriteBody<S extends WriteScope> = Static<(typeof writeScopes)[S]['body']>

export interface WriteRequest<S extends WriteScope = WriteScope> {
  /**
   * The plugin's own name for this request, the same when it is made again: then it has the same answer and nothing is
   * done twice, for ever. With another body or record it is refused (E_CONFLICT).
   */
  reference: string
  body: WriteBody<S>
}

/**
 * What became of a request. `done`: it stands, with the id of what was made where that has one. `waiting`: a person
 * decides; the hooks `plugin_request.approved` and `plugin_request.refused` tell, or the same request made again.
 * `refused`: a person said no, with the reason.
 */
export type RequestAnswer =
  { outcome: 'done'; id: string | null } | { outcome: 'waiting' } | { outcome: 'refused'; reason: string }
