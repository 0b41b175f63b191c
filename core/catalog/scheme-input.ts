import { Type, type Static } from '../../sdk/index.ts'
import { Amount, exactly } from './inputs.ts'
import { readAmount } from './rules.ts'
import { priceScheme, schemeKinds, schemeProblems, type Scheme } from './schemes.ts'

/** A scheme as forms, API and files write it: amounts as decimals in the currency of the price. */
export const SchemeText = exactly({
  kind: Type.Enum([...schemeKinds]),
  included: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
  minimum: Type.Optional(Amount),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  tiers: Type.Array(
    exactly({
      up_to: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000_000 }), Type.Null()])),
      unit: Type.Optional(Amount),
      flat: Type.Optional(Amount),
    }),
    { minItems: 1, maxItems: 50 },
  ),
})
export type SchemeText = Static<typeof SchemeText>

/** The scheme; what does not fit is added to `fields` by its name, "tiers" or "minimum". */
export function schemeOf(text: SchemeText, currency: string, fields: Record<string, string>): Scheme {
  const minor = (amount: string | undefined, field: string): bigint => {
    const read = readAmount(amount ?? '0', currency)
    if (typeof read === 'bigint') return read
    fields[field] = read.problem
    return 0n
  }
  const scheme: Scheme = {
    kind: text.kind,
    included: text.included ?? 0,
    minimumMinor: minor(text.minimum, 'minimum'),
    size: text.size ?? 1,
    tiers: text.tiers.map(({ up_to, unit, flat }) => ({
      upTo: up_to ?? null,
      unitMinor: minor(unit, 'tiers'),
      flatMinor: minor(flat, 'tiers'),
    })),
  }
  for (const [field, reason] of Object.entries(schemeProblems(scheme))) fields[field] ??= reason
  return scheme
}

/** What the first unit that is charged costs, for lists of prices. */
export const unitOf = (scheme: Scheme): bigint =>
  scheme.tiers.length === 0 ? 0n : priceScheme({ ...scheme, included: 0 }, 1).amountMinor
