import { isCurrency, Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, type Actor, type Cycle, type IsoDate } from '../kernel/index.ts'
import { defineError } from '../kernel/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../records/index.ts'
import { converted, ratesOn, type ExchangeRate } from './exchange-rates.ts'
import { Amount, CurrencyCode, exactly, Id } from './inputs.ts'
import { listProducts } from './load-product.ts'
import { priceAt } from './prices.ts'
import type { Price, Product } from './product.ts'
import { reachBrand } from './reach.ts'
import { roundingModes, roundPrice, type RoundingRule } from './rounding.ts'
import { readAmount } from './rules.ts'
import { mapScheme, storeScheme } from './schemes.ts'
import { putPrice, type NewPrice } from './set-price.ts'

export interface PriceRule {
  id: string
  brand_id: string
  base: string
  currency: string
  /** Added to what the rate gives; below zero it is taken off. */
  markup_ppm: number
  /** JSON of StoredRounding. */
  rounding: string
  follows: number
  version: number
}

interface StoredRounding {
  mode: RoundingRule['mode']
  step: string
  ending: string
}

export const RateMissing = defineError(
  'price_rule.rate_missing',
  409,
  (p: { base: string; currency: string }) =>
    `There is no rate from ${p.base} to ${p.currency} yet. Enter one, or set up a plugin that brings rates.`,
)

/** How the prices of a currency follow from another one; one rule for a brand and currency, written anew each time. */
export const setPriceRule = defineVerb(
  {
    permission: 'price_rule.set',
    audience: ['staff'],
    input: exactly({
      brand_id: Id,
      base: CurrencyCode,
      currency: CurrencyCode,
      markup_ppm: Type.Integer({ minimum: -900_000, maximum: 10_000_000 }),
      mode: Type.Enum([...roundingModes]),
      step: Amount,
      ending: Type.Optional(Amount),
      follows: Type.Boolean(),
    }),
  },
  (means: Means, { brand_id, base, currency, ...terms }, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const brand = await reachBrand(trx, actor, brand_id)
      const fields: Record<string, string> = {}
      for (const [name, code] of Object.entries({ base, currency }))
        if (!isCurrency(code) || !brand.currencies.includes(code))
          fields[name] = `is not a currency of this brand, which sells in ${brand.currencies.join(', ')}`
      if (base === currency) fields.currency = 'must be another one than the base'
      if (Object.keys(fields).length > 0) throw invalidInput(fields)
      const rounding = { mode: terms.mode, step: terms.step, ending: terms.ending ?? '0' }
      roundingOf({ currency, rounding: JSON.stringify(rounding) })
      const columns = {
        ...{ base, markup_ppm: terms.markup_ppm, rounding: JSON.stringify(rounding) },
        follows: terms.follows ? 1 : 0,
      }
      return putRule(means, trx, { brandId: brand.id, currency, columns }, actor)
    }),
)

export async function putRule(
  means: Means,
  trx: Trx,
  of: { brandId: string; currency: string; columns: Record<string, string | number> },
  actor: Actor,
): Promise<string> {
  const { brandId, currency, columns } = of
  const old = await trx.get<PriceRule>(
    sql`select * from price_rules where brand_id = ${brandId} and currency = ${currency}`,
  )
  const now = means.business.now()
  const id = old?.id ?? means.newId('prr')
  if (old)
    await updateVersioned(means, trx, { table: 'price_rules', what: 'price rule', row: old, set: columns })
  else
    await trx.insert('price_rules', [
      { id, brand_id: brandId, currency, ...columns, created_at: now, updated_at: now },
    ])
  const entry = { action: 'price_rule.set', subject: id, brandId, before: old ?? null, after: columns }
  await recordAudit(means, trx, actor, [entry])
  return id
}

/** No document names a rule, so what is left of it is its entry in the audit. */
export async function endRule(means: Means, trx: Trx, rule: PriceRule, actor: Actor): Promise<void> {
  await trx.run(sql`delete from price_rules where id = ${rule.id}`)
  const entry = {
    action: 'price_rule.end',
    subject: rule.id,
    brandId: rule.brand_id,
    before: rule,
    after: null,
  }
  await recordAudit(means, trx, actor, [entry])
}

/** The rule in minor units; what does not fit is refused as "step" or "ending". */
function roundingOf({ currency, rounding }: Pick<PriceRule, 'currency' | 'rounding'>): RoundingRule {
  const { mode, step, ending } = JSON.parse(rounding) as StoredRounding
  const [stepMinor, endingMinor] = [readAmount(step, currency), readAmount(ending, currency)]
  if (typeof stepMinor !== 'bigint') throw invalidInput({ step: stepMinor.problem })
  if (typeof endingMinor !== 'bigint') throw invalidInput({ ending: endingMinor.problem })
  if (stepMinor === 0n) throw invalidInput({ step: 'must be above zero' })
  if (endingMinor >= stepMinor) throw invalidInput({ ending: 'must be below the step' })
  return { mode, stepMinor, endingMinor }
}

export interface DerivedPrice extends NewPrice {
  /** What holds now; null: not sold so yet. */
  oldMinor: bigint | null
}

export interface Derived {
  rule: PriceRule
  rate: ExchangeRate
  prices: DerivedPrice[]
}

/** What a rule would set today: only what differs from what holds. Writes nothing. */
export const previewPriceRule = defineVerb(
  { permission: 'price_rule.preview', audience: ['staff'], input: exactly({ id: Id }) },
  async (means: Means, { id }, actor): Promise<Derived> =>
    derive(means, means.db, await findPriceRule(means.db, actor, id), actor),
)

/** Sets the prices that a rule gives, all or none; services keep theirs. Answers how many. */
export const applyPriceRule = defineVerb(
  { permission: 'price_rule.apply', audience: ['staff'], input: exactly({ id: Id }) },
  (means: Means, { id }, actor): Promise<number> =>
    means.db.transaction(async (trx) => {
      const { prices } = await derive(means, trx, await findPriceRule(trx, actor, id), actor)
      for (const price of prices) await putPrice(means, trx, price, actor)
      return prices.length
    }),
)

export const findPriceRule = (queries: Queries, actor: Actor, id: string): Promise<PriceRule> =>
  findRow(queries, actor, { table: 'price_rules', what: 'price rule', id, scope: { client: null } })

/** The daily step: applies the rules that follow the rates by themselves. */
export async function followRates(means: Means, actor: Actor): Promise<number> {
  const rules = await means.db.all<PriceRule>(sql`select * from price_rules where follows = 1 order by id`)
  let count = 0
  for (const { id } of rules) {
    count += await applyPriceRule(means, { id }, actor).catch((error: unknown) => {
      if ((error as { code?: string }).code !== RateMissing.code) throw error
      return 0
    })
  }
  return count
}

async function derive(means: Means, queries: Queries, rule: PriceRule, actor: Actor): Promise<Derived> {
  const brand = await reachBrand(queries, actor, rule.brand_id)
  const day = means.business.today(brand.zone)
  const { base, currency } = rule
  const rate = (await ratesOn(queries, { base, currencies: [currency], day })).get(currency)
  if (!rate) throw RateMissing({ base, currency })
  const products = await listProducts(queries, brand.id, { statuses: ['draft', 'active', 'hidden'] })
  return { rule, rate, prices: derivePrices(products, { rule, rate, day }) }
}

/** Pure: the prices of today in the base currency, converted, with markup, at the place that the rule allows. */
export function derivePrices(
  products: readonly Product[],
  { rule, rate, day }: { rule: PriceRule; rate: ExchangeRate; day: IsoDate },
): DerivedPrice[] {
  const rounding = roundingOf(rule)
  const convert = (minor: bigint): bigint => {
    const { numerator, denominator } = converted(minor, rate)
    return roundPrice(rounding, numerator * BigInt(1_000_000 + rule.markup_ppm), denominator * 1_000_000n)
  }
  const owners = products.flatMap((product) => [
    product,
    ...product.options.flatMap((option) => [option, ...option.values]),
  ])
  return owners.flatMap(({ id, prices }) =>
    cyclesOf(prices, rule.base).flatMap((cycle): DerivedPrice[] => {
      const from = priceAt(prices, { cycle, currency: rule.base, day })
      if (!from) return []
      const old = priceAt(prices, { cycle, currency: rule.currency, day })
      const price: DerivedPrice = {
        ...{ brandId: rule.brand_id, ownerId: id, cycle, currency: rule.currency, validFrom: day },
        amountMinor: convert(from.amountMinor),
        setupMinor: convert(from.setupMinor),
        scheme: from.scheme ? mapScheme(from.scheme, convert) : null,
        oldMinor: old?.amountMinor ?? null,
      }
      return isSame(old, price) ? [] : [price]
    }),
  )
}

const cyclesOf = (prices: readonly Price[], currency: string): Cycle[] => [
  ...new Set(prices.filter((price) => price.currency === currency).map(({ cycle }) => cycle)),
]

const isSame = (old: Price | undefined, { amountMinor, setupMinor, scheme }: DerivedPrice): boolean =>
  old !== undefined &&
  old.amountMinor === amountMinor &&
  old.setupMinor === setupMinor &&
  (old.scheme ? storeScheme(old.scheme) : null) === (scheme ? storeScheme(scheme) : null)
