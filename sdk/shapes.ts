import { Type, type Static } from './type.ts'

/** An id at an outside company. */
export const Reference = Type.String({ minLength: 1, maxLength: 255 })

export const MoneyShape = Type.Object({
  /** Minor units as text: "1234" is 12.34 EUR. */
  minor: Type.String({ pattern: '^-?\\d{1,18}$' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
})

/** The client as a provider needs to know it. Only what the granted data scope holds. */
export const ClientSnapshot = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  company: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  locale: Type.String(),
})
export type ClientSnapshot = Static<typeof ClientSnapshot>
