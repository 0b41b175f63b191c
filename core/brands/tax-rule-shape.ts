import { Type, type Static } from '../../sdk/index.ts'
import { invalidInput, isoDate, type IsoDate } from '../kernel/index.ts'
import { requireCountry } from './countries.ts'
import { buyerKinds, ruleTreatments, type TaxRule } from './rows.ts'
import { Country, Region } from './shapes.ts'

export const Day = Type.String({ format: 'date' })
export const TaxClass = Type.String({ pattern: '^[a-z0-9_]{1,40}$' })
const Postcode = Type.Union([Type.String({ pattern: '^[A-Z0-9]{1,10}$' }), Type.Null()])

/** What a rule says. Rates are parts per million: a number with a decimal point is one of another scale. */
export const Rule = {
  country: Type.String({ pattern: '^([A-Z]{2}|\\*)$' }),
  region: Type.Optional(Region),
  postcode_from: Type.Optional(Postcode),
  postcode_to: Type.Optional(Postcode),
  tax_class: TaxClass,
  buyer_kind: Type.Optional(Type.Enum([...buyerKinds])),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  rate_ppm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  treatment: Type.Optional(Type.Enum([...ruleTreatments])),
  level: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, default: 1 })),
  compound: Type.Optional(Type.Boolean({ default: false })),
  owed_to: Type.Optional(Type.Union([Country, Type.Null()])),
  base_numerator: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  base_denominator: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  round_whole: Type.Optional(Type.Boolean()),
  round_down: Type.Optional(Type.Boolean()),
  /** Sentences for the document by language. */
  notes: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z]{2,3}$' }), Type.String({ minLength: 1, maxLength: 300 })),
  ),
  starts_on: Day,
  ends_on: Type.Optional(Type.Union([Day, Type.Null()])),
}
const RuleInput = Type.Object(Rule)
export type RuleInput = Static<typeof RuleInput>

export type NewRule = Omit<TaxRule, 'version' | 'created_at' | 'updated_at'>

/** The row of a rule, with what a schema cannot say: places and days that exist, and words that fit each other. */
export function ruleRow(id: string, sellerId: string, input: RuleInput): NewRule {
  if (input.country !== '*') requireCountry(input.country)
  if (input.owed_to != null) requireCountry(input.owed_to)
  const row: NewRule = {
    ...{ id, seller_id: sellerId, country: input.country, region: input.region ?? null },
    ...{ postcode_from: input.postcode_from ?? null, postcode_to: input.postcode_to ?? null },
    ...{ tax_class: input.tax_class, name: input.name, rate_ppm: input.rate_ppm },
    ...{ buyer_kind: input.buyer_kind ?? 'any', treatment: input.treatment ?? 'standard' },
    ...{ level: input.level ?? 1, compound: input.compound ? 1 : 0 },
    ...{ base_numerator: input.base_numerator ?? 1, base_denominator: input.base_denominator ?? 1 },
    ...{ round_whole: input.round_whole ? 1 : 0, round_down: input.round_down ? 1 : 0 },
    owed_to: input.owed_to ?? null,
    notes: JSON.stringify(input.notes ?? {}),
    starts_on: isoDate(input.starts_on),
    ends_on: optionalDay(input.ends_on ?? null),
  }
  requireOrder(row)
  const problem = problemOf(row)
  if (problem) throw invalidInput(problem)
  return row
}

function problemOf(rule: NewRule): Record<string, string> | null {
  const { country, region, postcode_from: from, postcode_to: to, treatment } = rule
  if (rule.level === 1 && rule.compound === 1)
    return { compound: 'belongs to the second level or a higher one: it is taken on those before it, too' }
  if (treatment !== 'standard' && rule.rate_ppm !== 0)
    return { rate_ppm: `must be 0 where the treatment is ${treatment}` }
  if (treatment === 'reverse_charge' && rule.buyer_kind !== 'business')
    return { buyer_kind: 'must be business: only a business owes the tax itself' }
  if (rule.buyer_kind === 'exempt' && treatment !== 'exempt' && treatment !== 'zero_rated')
    return { treatment: 'must be exempt or zero_rated for those who are exempt' }
  if (country === '*' && region !== null) return { region: 'needs a country' }
  if (rule.base_numerator > rule.base_denominator) return { base_numerator: 'is more than the whole price' }
  if ((from === null) !== (to === null)) return { postcode_to: 'is needed beside the first postcode' }
  if (from !== null && to !== null && (from.length !== to.length || from > to))
    return { postcode_to: 'must be as long as the first postcode and not before it' }
  if (from !== null && country === '*') return { country: 'is needed beside postcodes' }
  return null
}

export function optionalDay(text: string | null): IsoDate | null {
  return text === null ? null : isoDate(text)
}

export function requireOrder(rule: { starts_on: string; ends_on: string | null }): void {
  if (rule.ends_on !== null && rule.ends_on <= rule.starts_on)
    throw invalidInput({ ends_on: 'must be after the first day' })
}
