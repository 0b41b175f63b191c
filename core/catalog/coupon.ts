import { allocate, timesPpm } from '../../sdk/index.ts'
import { defineLifecycle, recurs, type Cycle, type IsoDate } from '../kernel/index.ts'

export const couponLifecycle = defineLifecycle('coupon', {
  initial: 'active',
  transitions: {
    retire: { from: ['active'], to: 'retired' },
    restore: { from: ['retired'], to: 'active' },
  },
})

export interface Coupon {
  id: string
  brandId: string
  code: string
  kind: 'percent' | 'fixed'
  /** 100 % is 1,000,000. */
  percentPpm: number | null
  /** Currency and sum of a fixed coupon. */
  currency: string | null
  amountMinor: bigint | null
  /** Empty: every product. */
  productIds: readonly string[]
  /** Empty: every billing cycle. */
  onlyCycles: readonly Cycle[]
  /** How many periods it lowers, the first one included; null is for ever. */
  cycles: number | null
  startsOn: IsoDate | null
  endsOn: IsoDate | null
  usesMax: number | null
  usesPerClient: number | null
  uses: number
  status: 'active' | 'retired'
  version: number
}

/** Why nobody can use the coupon in this currency on this day; null when it can be used. */
export function couponProblem(coupon: Coupon, terms: { currency: string; day: IsoDate }): string | null {
  const { code, startsOn, endsOn } = coupon
  if (coupon.status === 'retired') return `The coupon "${code}" is no longer valid.`
  if (startsOn && terms.day < startsOn) return `The coupon "${code}" is valid from ${startsOn} on.`
  if (endsOn && terms.day > endsOn) return `The coupon "${code}" ended on ${endsOn}.`
  if (coupon.usesMax !== null && coupon.uses >= coupon.usesMax)
    return `The coupon "${code}" has been used up.`
  if (coupon.kind === 'fixed' && coupon.currency !== terms.currency)
    return `The coupon "${code}" is for orders in ${coupon.currency}, not in ${terms.currency}.`
  return null
}

/** Whether the coupon lowers this product at this cycle. */
export function couponFits(coupon: Coupon, productId: string, cycle: Cycle): boolean {
  return (
    (coupon.productIds.length === 0 || coupon.productIds.includes(productId)) &&
    (coupon.onlyCycles.length === 0 || coupon.onlyCycles.includes(cycle))
  )
}

/** Whether the coupon still lowers the period after the first. */
export const couponRenews = (coupon: Coupon, cycle: Cycle): boolean =>
  recurs(cycle) && (coupon.cycles === null || coupon.cycles > 1)

/**
 * What the coupon takes off each amount, as sums of zero or more: a percentage rounded half up line by line, or the
 * fixed sum spread in proportion, never more than the amounts themselves.
 */
export function discountParts(coupon: Coupon, amounts: readonly bigint[]): bigint[] {
  if (amounts.length === 0) return []
  if (coupon.kind === 'percent') return amounts.map((amount) => timesPpm(amount, coupon.percentPpm ?? 0))
  const whole = amounts.reduce((a, b) => a + b, 0n)
  const wanted = coupon.amountMinor ?? 0n
  return allocate(wanted < whole ? wanted : whole, amounts)
}
