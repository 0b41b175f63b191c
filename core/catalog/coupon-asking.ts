import type { Asking } from '../records/index.ts'
import { couponLifecycle } from './coupon.ts'
import type { CouponLimits, CouponWorth } from './create-coupon.ts'
import { couponCode } from './find-coupon.ts'

interface Made extends CouponWorth, Pick<CouponLimits, 'cycles' | 'uses_max' | 'ends_on'> {
  brand_id: string
  code: string
}

/** Unless it is said, a coupon lowers the first period alone. */
export const cyclesOf = ({ cycles }: Pick<CouponLimits, 'cycles'>): number | null =>
  cycles === undefined ? 1 : cycles

/** A coupon has no id before it is made, so its brand stands for it. */
export function couponAsking(coupon: Made): Asking {
  const {
    brand_id,
    code,
    kind,
    percent_ppm,
    currency,
    amount_minor,
    uses_max = null,
    ends_on = null,
  } = coupon
  const facts = {
    ...{ code: couponCode(code), kind, percent_ppm, currency },
    amount_minor: amount_minor?.toString() ?? null,
    ...{ cycles: cyclesOf(coupon), uses_max, ends_on },
  }
  const row = { id: brand_id, version: 0, brand_id }
  return { noun: 'coupon', transition: 'create', from: 'none', to: couponLifecycle.initial, row, facts }
}
