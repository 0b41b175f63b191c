import { Reference } from './shapes.ts'
import { Type, type Static } from './type.ts'

/** A saved card or mandate, as its holder may see it. Never a number, never a token that pays by itself. */
export const SavedMethod = Type.Object({
  /** The gateway's id of the method. */
  reference: Reference,
  /** The gateway's id of the customer who owns it. */
  customer: Type.Optional(Reference),
  kind: Type.String({ description: 'card, sepa_debit, …' }),
  /** For people: "Visa 4242". */
  label: Type.String({ maxLength: 100 }),
  brand: Type.Optional(Type.String()),
  last4: Type.Optional(Type.String({ maxLength: 4 })),
  /** "2027-09", when it expires at the end of a month. */
  expires: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}$' })),
  /** Of a debit: the reference of its holder's leave, as bank statements show it. */
  mandate: Type.Optional(Type.String({ maxLength: 100 })),
})
export type SavedMethod = Static<typeof SavedMethod>
