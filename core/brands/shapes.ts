import { isCurrency, Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'

export const Country = Type.String({ pattern: '^[A-Z]{2}$' })
export const Region = Type.Union([Type.String({ pattern: '^[A-Z0-9]{1,6}$' }), Type.Null()])
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
export const Locale = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z]{2,4})?$' })
export const Zone = Type.String({ minLength: 1, maxLength: 64 })

export const SellerInput = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  address: Type.Object({
    lines: Type.Array(Type.String({ minLength: 1, maxLength: 120 }), { minItems: 1, maxItems: 4 }),
    postcode: Type.String({ maxLength: 20 }),
    city: Type.String({ minLength: 1, maxLength: 80 }),
  }),
  country: Country,
  region: Type.Optional(Region),
  tax_id: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
  email: Type.String({ format: 'email', maxLength: 254 }),
  legal_text: Type.Optional(Type.Union([Type.String({ maxLength: 4000 }), Type.Null()])),
  tax_rounding: Type.Optional(Type.Enum({ document: 'document', line: 'line' } as const)),
  accounting_currency: Type.Optional(Type.Union([Currency, Type.Null()])),
  untaxed_price: Type.Optional(Type.Enum({ net: 'net', stated: 'stated' } as const)),
})

export const BrandInput = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 80 }),
  hosts: Type.Array(
    Type.String({ pattern: '^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$|^[0-9a-fA-F:]+$' }),
    {
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
    },
  ),
  currency: Currency,
  currencies: Type.Array(Currency, { minItems: 1, maxItems: 40, uniqueItems: true }),
  locale: Locale,
  zone: Zone,
  prices_include_tax: Type.Boolean(),
  sender: Type.String({ pattern: '^[^<>]*<[^<>@\\s]+@[^<>@\\s]+>$|^[^<>@\\s]+@[^<>@\\s]+$', maxLength: 320 }),
  theme: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,40}$' })),
  colour: Type.Optional(Type.Union([Type.String({ pattern: '^#[0-9a-fA-F]{6}$' }), Type.Null()])),
})

/** What a schema cannot say: codes that exist, and a default that is among the choices. */
export function requireBrandFits(brand: { currency: string; currencies: readonly string[]; zone: string }) {
  const unknown = brand.currencies.find((code) => !isCurrency(code))
  if (unknown !== undefined)
    throw invalidInput({ currencies: `"${unknown}" is not a currency code of ISO 4217` })
  if (!brand.currencies.includes(brand.currency))
    throw invalidInput({ currency: 'must be one of the currencies of the brand' })
  requireZone(brand.zone)
}

export function requireZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw invalidInput({ zone: `"${zone}" is not a time zone such as Europe/Berlin` })
  }
}
