import { restOf } from './arithmetic.ts'
import type { ModelLine } from './books.ts'
import { boundary, type Day } from './calendar.ts'
import type { Coupons } from './coupons.ts'
import type { taxedAs } from './history.ts'
import { restsOf, termFrom, type ModelService, type Off } from './service.ts'

interface Of {
  service: ModelService
  today: Day
  coupons: Coupons
  /** Nothing comes back of a period that was credited. */
  isCredited: (rest: { from: Day; to: Day }) => boolean
}

interface Wanted {
  number: number
  cycle: string
  /** What a period costs then, and the taxes before and after. */
  after: bigint
  old: ReturnType<typeof taxedAs>
  wanted: ReturnType<typeof taxedAs>
}

interface Change {
  lines: ModelLine[]
  /** Coupon periods that come back. */
  given: number
  /** What lowers the first period of a new cycle, and where that ends. */
  off: Off | null
  firstEnd: Day
  days: Partial<ModelService>
}

/** What a change gives back and charges. */
export function planChange(
  { service, today, coupons, isCredited }: Of,
  { number, cycle, after, old, wanted }: Wanted,
): Change {
  const isSame = cycle === service.cycle
  // What is given back is what was charged, and another plan in the same period is lowered by the same.
  const net = (sum: bigint, { to }: { to: Day }) => sum - (service.lowered.get(to)?.(sum) ?? 0n)
  const rests = restsOf(service, today)
  // Those that were charged ahead and are given back were not used by the coupon; one that has begun was.
  const unused = rests.filter(({ start, to }) => start > today && service.lowered.has(to)).length
  const given = isSame || !service.coupon ? 0 : unused
  // A period of another cycle is not one of those: what lowers the next one lowers it.
  const coupon = service.couponLeft === 0 && given === 0 ? null : service.coupon
  const off = coupon && ((sum: bigint) => coupons.off(coupon, sum))
  const line = { service: number, kind: 'change' as const, tax: 0n }
  const before = service.price + service.extra
  const back = rests.map((rest) => ({
    ...{ ...line, ...old, from: rest.from, to: rest.to },
    amount: isCredited(rest) ? 0n : -restOf(net(before, rest), rest),
  }))
  const term = isSame ? null : termFrom(service, today, cycle)
  const firstEnd = term?.to ?? boundary(today, cycle, 1)
  const first = { from: today, to: firstEnd, start: term?.start ?? today }
  const forth = (isSame ? rests : [first]).map((rest) => ({
    ...{ ...line, ...wanted, from: rest.from, to: rest.to },
    amount: restOf(isSame ? net(after, rest) : after - (off?.(after) ?? 0n), rest),
  }))
  const days = isSame ? {} : (term?.days ?? { anchor: today, index: 1 })
  return { lines: [...back, ...forth].filter(({ amount }) => amount !== 0n), given, off, firstEnd, days }
}
