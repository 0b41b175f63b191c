import { recurs, type Cycle, type IsoDate } from '../kernel/index.ts'
import { leastOptions } from './least-options.ts'
import { perMonth, pricesOn } from './prices.ts'
import type { Product } from './product.ts'

export interface FromPrice {
  cycle: Cycle
  /** What a period costs at least. */
  amountMinor: bigint
  setupMinor: bigint
  /** Null for a price that is paid once. */
  perMonthMinor: bigint | null
}

/**
 * The least that a product costs, for cards: the cheapest month over all its cycles, with the cheapest choice of
 * every option that cannot be left out, or a bound below it where very many decide on each other. Null when it is not
 * sold in the currency.
 */
export function fromPrice(product: Product, currency: string, day: IsoDate): FromPrice | null {
  const offers = pricesOn(product, currency, day).flatMap((price) => {
    const least = leastOptions(product.options, { currency, cycle: price.cycle, day })
    if (least === null) return []
    const amountMinor = price.amountMinor + least
    return [
      {
        cycle: price.cycle,
        amountMinor,
        setupMinor: price.setupMinor,
        perMonthMinor: perMonth(amountMinor, price.cycle),
      },
    ]
  })
  const recurring = offers.filter((offer) => recurs(offer.cycle))
  const cost = (offer: FromPrice) => offer.perMonthMinor ?? offer.amountMinor
  const candidates = recurring.length > 0 ? recurring : offers
  return candidates.reduce<FromPrice | null>(
    (best, offer) => (best && cost(best) <= cost(offer) ? best : offer),
    null,
  )
}
