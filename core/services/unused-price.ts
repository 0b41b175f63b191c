import type { LeftOfPeriod } from '../billing/index.ts'
import { restPrice, type Rest } from './prorate.ts'

export interface UnusedPrice {
  /** Of a whole period, less what was credited of it. */
  price: bigint
  /** Of the rest, above zero. */
  amountMinor: bigint
  /** What of the price was credited, for the trace; nothing where nothing was. */
  why: { credited?: string }
}

/** What of a charged period is given back: the rest of what credit notes have left of its price. */
export function unusedPrice(chargedMinor: bigint, rest: Rest, left: LeftOfPeriod | null): UnusedPrice {
  const price = left ? left.price(chargedMinor) : chargedMinor
  const amountMinor = restPrice(price, rest)
  const why = price === chargedMinor ? {} : { credited: (chargedMinor - price).toString() }
  return { price, why, amountMinor: left && left.mostMinor < amountMinor ? left.mostMinor : amountMinor }
}
