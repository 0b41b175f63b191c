import { divideHalfUp } from '../../sdk/index.ts'
import { madeOnce } from '../db/index.ts'
import { cycleParts, type Cycle, type IsoDate } from '../kernel/index.ts'
import type { Price, Product } from './product.ts'
import { priceScheme, schemeTrace } from './schemes.ts'

export interface PriceTerms {
  currency: string
  cycle: Cycle
  day: IsoDate
}

/**
 * The version in force: the newest whose first day is not after the day, of the price list before the default.
 * Undefined: not sold so.
 */
export function priceAt(prices: readonly Price[], terms: PriceTerms): Price | undefined {
  let found: Price | undefined
  for (const price of prices) {
    if (price.cycle !== terms.cycle || price.currency !== terms.currency || price.validFrom > terms.day)
      continue
    if (!found || isNewer(price, found)) found = price
  }
  return found
}

const isNewer = (price: Price, than: Price): boolean =>
  (price.listId === undefined) === (than.listId === undefined)
    ? price.validFrom > than.validFrom
    : price.listId !== undefined

/** The prices of a product in one currency on a day, shortest cycle first, "once" and "free" at the end. */
export const pricesOn = ({ prices }: Product, currency: string, day: IsoDate): readonly Price[] =>
  inForce({ prices, currency, day })

type OnDay = Omit<PriceTerms, 'cycle'> & { prices: readonly Price[] }

const inForce = madeOnce(({ prices, currency, day }: OnDay): readonly Price[] =>
  [...new Set(prices.map((price) => price.cycle))]
    .sort((a, b) => daysOf(a) - daysOf(b))
    .flatMap((cycle) => priceAt(prices, { currency, cycle, day }) ?? []),
)

/** Currencies in which a product can be bought on a day. */
export function currenciesOn(product: Product, day: IsoDate): string[] {
  return [...new Set(product.prices.flatMap((p) => (p.validFrom <= day ? [p.currency] : [])))].sort()
}

/** What one month of a period's price comes to, half up; a year counts 365 days. Null when nothing recurs. */
export function perMonth(minor: bigint, cycle: Cycle): bigint | null {
  const parts = cycleParts(cycle)
  if (!parts) return null
  const count = BigInt(parts.count)
  switch (parts.unit) {
    case 'hour':
      return divideHalfUp(minor * 730n, count)
    case 'day':
      return divideHalfUp(minor * 365n, 12n * count)
    case 'week':
      return divideHalfUp(minor * 365n, 84n * count)
    case 'month':
      return divideHalfUp(minor, count)
    case 'year':
      return divideHalfUp(minor, 12n * count)
  }
}

/** Of which list a price is, and what the list took off it. */
export function listTrace({ listId, discountPpm }: Pick<Price, 'listId' | 'discountPpm'>) {
  return {
    ...(listId === undefined ? {} : { list_id: listId }),
    ...(discountPpm === undefined ? {} : { list_discount_ppm: discountPpm }),
  }
}

export interface UnitCharge extends Pick<Price, 'listId' | 'discountPpm' | 'scheme'> {
  priceId: string | null
  amountMinor: bigint
  setupMinor: bigint
  validFrom: IsoDate | null
}

export interface QuantityCharge {
  /** Units that stand on the line, and the price of one: with a scheme one unit of the whole sum. */
  times: number
  unitMinor: bigint
  /** times × unit. */
  sumMinor: bigint
  /** How a scheme came to it; null without one. */
  pricing: string | null
}

/** What a quantity costs for one period. */
export function chargeOf({ scheme, amountMinor }: UnitCharge, quantity: number): QuantityCharge {
  if (!scheme)
    return {
      times: quantity,
      unitMinor: amountMinor,
      sumMinor: amountMinor * BigInt(quantity),
      pricing: null,
    }
  const sum = priceScheme(scheme, quantity)
  const minor = sum.amountMinor
  return { times: 1, unitMinor: minor, sumMinor: minor, pricing: schemeTrace(scheme, sum) }
}

const INCLUDED: UnitCharge = { priceId: null, amountMinor: 0n, setupMinor: 0n, validFrom: null }

/** The charge of an option or value: nothing when it has no price at all, undefined when only other terms are sold. */
export function chargeFor(prices: readonly Price[], terms: PriceTerms): UnitCharge | undefined {
  if (prices.length === 0) return INCLUDED
  const price = priceAt(prices, terms)
  return (
    price && {
      priceId: price.id,
      amountMinor: price.amountMinor,
      setupMinor: price.setupMinor,
      validFrom: price.validFrom,
      ...(price.scheme ? { scheme: price.scheme } : {}),
      ...(price.listId === undefined ? {} : { listId: price.listId }),
      ...(price.discountPpm === undefined ? {} : { discountPpm: price.discountPpm }),
    }
  )
}

const UNIT_DAYS = { hour: 1 / 24, day: 1, week: 7, month: 30, year: 365 } as const

/** Rough length, only to sort by. */
function daysOf(cycle: Cycle): number {
  const parts = cycleParts(cycle)
  if (parts) return parts.count * UNIT_DAYS[parts.unit]
  return cycle === 'once' ? 1_000_000 : 1_000_001
}
