import { defineLifecycle, isMetered, recurs, type Cycle, type IsoDate } from '../kernel/index.ts'
import { discountKinds, discountShares, type DiscountKind, type Lasting } from './discount.ts'
import type { Product } from './product.ts'

export const couponLifecycle = defineLifecycle('coupon', {
  initial: 'active',
  transitions: {
    retire: { from: ['active'], to: 'retired' },
    restore: { from: ['retired'], to: 'active' },
  },
})

export const couponBuyers = ['anyone', 'new', 'existing'] as const
export type CouponBuyers = (typeof couponBuyers)[number]

export interface Coupon {
  id: string
  brandId: string
  code: string
  kind: DiscountKind
  /** 100 % is 1,000,000. */
  percentPpm: number | null
  /** Currency of the sum off or of the price. */
  currency: string | null
  amountMinor: bigint | null
  /** Products and groups that it lowers; both empty: every product. */
  productIds: readonly string[]
  groupIds: readonly string[]
  /** Empty: every billing cycle. */
  onlyCycles: readonly Cycle[]
  /** Empty: every currency. */
  onlyCurrencies: readonly string[]
  /** One of them must be in the order or owned; empty: none. */
  requiredProductIds: readonly string[]
  buyers: CouponBuyers
  /** The order must come to this before discounts. */
  minimumMinor: bigint | null
  minimumCurrency: string | null
  /** Whether it may lower an order together with other stackable ones. */
  stackable: boolean
  /** Used without being typed, where it fits. */
  automatic: boolean
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

/** Whether the coupon lowers this product at this cycle. Money cannot be bought for less, so gift cards are never lowered. */
export function couponFits(
  coupon: Coupon,
  product: Pick<Product, 'id' | 'groupId' | 'kind'>,
  cycle: Cycle,
): boolean {
  if (product.kind === 'gift_card') return false
  const anything = coupon.productIds.length === 0 && coupon.groupIds.length === 0
  const named = coupon.productIds.includes(product.id) || coupon.groupIds.includes(product.groupId)
  return (anything || named) && (coupon.onlyCycles.length === 0 || coupon.onlyCycles.includes(cycle))
}

/** What each amount loses to the coupon alone. */
export const discountParts = (coupon: Coupon, amounts: readonly bigint[]): bigint[] =>
  discountShares(
    coupon,
    amounts.map((leftMinor) => ({ kind: 'recurring', quantity: 1, leftMinor })),
  )

/**
 * What lowers the first period and so many later ones: none, where the coupon is for the first alone, and then it still
 * says what that period is worth when a change gives it back. A price that was set is kept as the sum that it took off, so that it neither gives a larger
 * plan away nor depends on the price list of later. Of hours none are charged with the order, so all of the periods are
 * to come; a price for so many of them cannot be set.
 */
export function couponLasting(coupon: Coupon, cycle: Cycle, takenMinor: bigint): Lasting | null {
  const { kind, percentPpm, cycles } = coupon
  if (isMetered(cycle) && kind !== 'setup' && kind !== 'price')
    return { percentPpm, amountMinor: coupon.amountMinor, periodsLeft: cycles }
  if (!recurs(cycle) || kind === 'setup') return null
  const periodsLeft = cycles === null ? null : cycles - 1
  const amountMinor = kind === 'price' ? takenMinor : coupon.amountMinor
  return { percentPpm, amountMinor, periodsLeft }
}

/** A set price first, then free periods, set-up, percentages and fixed sums; of one form by code. */
export const inOrder = (a: Coupon, b: Coupon): number =>
  discountKinds.indexOf(a.kind) - discountKinds.indexOf(b.kind) || (a.code < b.code ? -1 : 1)
