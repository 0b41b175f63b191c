import type { IsoDate } from '../kernel/index.ts'
import type { TaxRate, Treatment } from './tax.ts'

export type BuyerKind = 'any' | 'consumer' | 'business' | 'exempt'

export interface TaxRule {
  /** "*": everywhere that has no rule of its own. */
  country: string
  region: string | null
  tax_class: string
  name: string
  rate_ppm: number
  /** 1 to 4. Of each level the buyer pays one tax: the narrower rule stands in for the wider one. */
  level: number
  /** 1: taken on the net sum and the taxes of the levels before it. */
  compound: number
  starts_on: IsoDate
  ends_on: IsoDate | null
  buyer_kind?: BuyerKind
  treatment?: Treatment
  /** The country whose tax it is. */
  owed_to?: string | null
  /** JSON: sentences for the document by language. */
  notes?: string
  base_numerator?: number
  base_denominator?: number
  round_whole?: number
  round_down?: number
  postcode_from?: string | null
  postcode_to?: string | null
}

/** A paper by which a client owes no tax, as far as planning asks. */
export interface Exemption {
  number: string
  authority: string
  /** Null: wherever the client is. */
  country: string | null
  /** Empty: whatever is bought. */
  taxClasses: readonly string[]
  starts_on: IsoDate
  ends_on: IsoDate | null
}

/** Where and who the buyer is, as far as tax asks. */
export interface TaxBuyer {
  country: string
  region: string | null
  postcode?: string
  exempt: boolean
  /** A business whose tax id was found valid. */
  business?: boolean
  exemptions?: readonly Exemption[]
}

export const EXEMPT: readonly TaxRate[] = [{ name: 'exempt', ratePpm: 0, treatment: 'exempt' }]
export const LEVELS = [1, 2, 3, 4] as const

/**
 * The taxes that a line bears, by level. Of each level the narrowest rule that is valid on the day: postcodes before
 * region before country before everywhere, and in one place a rule for this kind of buyer before one for any. Without
 * any rule nothing is due.
 */
export function taxesFor(
  rules: readonly TaxRule[],
  buyer: TaxBuyer,
  taxClass: string,
  on: IsoDate,
): readonly TaxRate[] {
  const known = answersOf(rules)
  const exemption = exemptionOf(buyer, taxClass, on)
  const kind = buyer.exempt || exemption ? 'exempt' : buyer.business ? 'business' : 'consumer'
  const key = `${buyer.country}/${buyer.region ?? ''}/${buyer.postcode ?? ''}/${kind}/${taxClass}/${on}`
  let rates = known.get(key)
  if (!rates) {
    rates = narrowest(rules, { ...buyer, kind, taxClass, on })
    if (rates.length === 0 && kind === 'exempt') rates = EXEMPT
    if (known.size >= ANSWERS_MAX) known.clear()
    known.set(key, rates)
  }
  if (!exemption) return rates
  const { number, authority } = exemption
  return rates.map((rate) => ({ ...rate, certificate: { number, authority } }))
}

/** What a consumer in the place of the seller bears. */
export const homeTaxes = (
  rules: readonly TaxRule[],
  home: Pick<TaxBuyer, 'country' | 'region'>,
  taxClass: string,
  on: IsoDate,
): readonly TaxRate[] => taxesFor(rules, { ...home, exempt: false }, taxClass, on)

/** A document asks for each of its lines, and the clients of a chunk live in few places. */
const answers = new WeakMap<readonly TaxRule[], Map<string, readonly TaxRate[]>>()
const ANSWERS_MAX = 2_000

function answersOf(rules: readonly TaxRule[]): Map<string, readonly TaxRate[]> {
  let known = answers.get(rules)
  if (!known) answers.set(rules, (known = new Map()))
  return known
}

/** The certificate that covers the line on the day. */
export function exemptionOf(
  { exemptions, country }: TaxBuyer,
  taxClass: string,
  on: IsoDate,
): Exemption | undefined {
  return exemptions?.find(
    (one) =>
      one.starts_on <= on &&
      (one.ends_on === null || on < one.ends_on) &&
      (one.country === null || one.country === country) &&
      (one.taxClasses.length === 0 || one.taxClasses.includes(taxClass)),
  )
}

interface Wanted {
  country: string
  region: string | null
  postcode?: string
  kind: Exclude<BuyerKind, 'any'>
  taxClass: string
  on: IsoDate
}

function narrowest(rules: readonly TaxRule[], wanted: Wanted): readonly TaxRate[] {
  const fitting = rules.filter((rule) => fits(rule, wanted))
  return LEVELS.flatMap((level) => {
    const ofLevel = fitting.filter((rule) => rule.level === level)
    const [first, ...rest] = ofLevel
    if (!first) return []
    return [rateOf(rest.reduce((best, rule) => (narrowness(rule) > narrowness(best) ? rule : best), first))]
  })
}

function fits(rule: TaxRule, { country, region, postcode, kind, taxClass, on }: Wanted): boolean {
  const { buyer_kind = 'any', postcode_from: from, postcode_to: to } = rule
  // A tax for any buyer is not one for those who owe none.
  const forKind = kind === 'exempt' ? buyer_kind === 'exempt' : buyer_kind === 'any' || buyer_kind === kind
  return (
    forKind &&
    (rule.country === country || rule.country === '*') &&
    rule.tax_class === taxClass &&
    (rule.region === null || rule.region === region) &&
    (from == null || within(postcode, from, to ?? from)) &&
    rule.starts_on <= on &&
    (rule.ends_on === null || on < rule.ends_on)
  )
}

/** "90210-1234" lies between "90000" and "90999": the rule's length decides. */
function within(postcode: string | undefined, from: string, to: string): boolean {
  const own = postcodeKey(postcode ?? '')
  return own !== '' && own.slice(0, from.length) >= from && own.slice(0, to.length) <= to
}

export const postcodeKey = (postcode: string): string => postcode.toUpperCase().replace(/[^A-Z0-9]/g, '')

function narrowness(rule: TaxRule): number {
  const place = rule.postcode_from != null ? 6 : rule.region !== null ? 4 : rule.country === '*' ? 0 : 2
  return place + ((rule.buyer_kind ?? 'any') === 'any' ? 0 : 1)
}

function rateOf(rule: TaxRule): TaxRate {
  const { treatment = 'standard', notes = '{}', base_numerator = 1, base_denominator = 1 } = rule
  return {
    ...{ name: rule.name, ratePpm: rule.rate_ppm },
    ...(rule.level === 1 ? {} : { level: rule.level, compound: rule.compound === 1 }),
    ...(treatment === 'standard' ? {} : { treatment }),
    ...(rule.owed_to ? { owedTo: rule.owed_to } : {}),
    ...(base_numerator === base_denominator
      ? {}
      : { base: { numerator: base_numerator, denominator: base_denominator } }),
    ...(rule.round_whole === 1 ? { whole: true } : {}),
    ...(rule.round_down === 1 ? { down: true } : {}),
    ...(notes === '{}' ? {} : { notes: JSON.parse(notes) as Record<string, string> }),
  }
}
