import { toDecimal } from '../../sdk/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import type { Coupon } from './coupon.ts'

/** Why a coupon does not count: the limit it meets, the value of that limit, and the reason in words. */
export interface CouponProblem {
  code: string
  /** Name of the limit, as the coupon's form has it: "uses_max". */
  field: string
  value: string
  reason: string
}

export interface CouponTerms {
  currency: string
  day: IsoDate
  /** What is ordered before discounts; absent: the order is not known. */
  order?: { subtotalMinor: bigint; productIds: readonly string[] }
  /** Who buys; null: a visitor, of whom nothing is known yet. */
  buyer?: CouponBuyer | null
}

export interface CouponBuyer {
  /** Has no order that stands. */
  isNew: boolean
  ownedProductIds: readonly string[]
  /** Coupon id → uses that count. */
  uses: ReadonlyMap<string, number>
}

/** Null when the coupon can be used. Whether it fits any of the products is seen when it is spread over their lines. */
export function couponProblem(coupon: Coupon, terms: CouponTerms): CouponProblem | null {
  return ofCoupon(coupon, terms) ?? ofOrder(coupon, terms) ?? ofBuyer(coupon, terms)
}

function problem(coupon: Coupon, field: string, reason: string, value = ''): CouponProblem {
  return { code: coupon.code, field, value, reason: `The coupon "${coupon.code}" ${reason}` }
}

function ofCoupon(coupon: Coupon, terms: CouponTerms): CouponProblem | null {
  const { startsOn, endsOn, onlyCurrencies, currency } = coupon
  if (coupon.status === 'retired') return problem(coupon, 'status', 'is no longer valid.')
  if (startsOn && terms.day < startsOn)
    return problem(coupon, 'starts_on', `is valid from ${startsOn} on.`, startsOn)
  if (endsOn && terms.day > endsOn) return problem(coupon, 'ends_on', `ended on ${endsOn}.`, endsOn)
  if (coupon.usesMax !== null && coupon.uses >= coupon.usesMax)
    return problem(coupon, 'uses_max', 'has been used up.')
  const allowed = currency === null ? onlyCurrencies : [currency]
  if (allowed.length > 0 && !allowed.includes(terms.currency)) {
    const names = allowed.join(', ')
    return problem(coupon, 'currency', `is for orders in ${names}, not in ${terms.currency}.`, names)
  }
  return null
}

function ofOrder(coupon: Coupon, { currency, order, buyer }: CouponTerms): CouponProblem | null {
  if (!order) return null
  const { minimumMinor, minimumCurrency, requiredProductIds } = coupon
  if (minimumMinor !== null) {
    if (minimumCurrency !== currency)
      return problem(coupon, 'minimum', `is for orders in ${minimumCurrency}.`, minimumCurrency ?? '')
    if (order.subtotalMinor < minimumMinor)
      return problem(
        coupon,
        'minimum',
        'needs a larger order.',
        `${toDecimal({ minor: minimumMinor, currency })} ${currency}`,
      )
  }
  const held = [...order.productIds, ...(buyer?.ownedProductIds ?? [])]
  if (requiredProductIds.length > 0 && !requiredProductIds.some((id) => held.includes(id)))
    return problem(coupon, 'required_products', 'goes with another product, which is not there.')
  return null
}

function ofBuyer(coupon: Coupon, { buyer }: CouponTerms): CouponProblem | null {
  if (!buyer) return null
  if (coupon.buyers === 'existing' && buyer.isNew)
    return problem(coupon, 'buyers', 'is for clients who have ordered before.', 'existing')
  if (coupon.buyers === 'new' && !buyer.isNew) return problem(coupon, 'buyers', 'is for new clients.', 'new')
  if (coupon.usesPerClient !== null && (buyer.uses.get(coupon.id) ?? 0) >= coupon.usesPerClient)
    return problem(coupon, 'uses_per_client', 'was used by this client already.')
  return null
}
