import { couponProblem, findCoupon } from '../../catalog/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { codesOf, type CartRow } from '../cart.ts'

/** The coupon of a mail about a cart, while it can be used; a cart that has a coupon already gets no other. */
export async function leftCoupon(
  means: Means,
  queries: Queries,
  cart: Pick<CartRow, 'brand_id' | 'coupon_codes' | 'currency' | 'zone'>,
  code: string | null,
): Promise<string | null> {
  if (code === null || code.trim() === '' || codesOf(cart).length > 0) return null
  const coupon = await findCoupon(queries, cart.brand_id, code)
  const terms = { currency: cart.currency, day: means.business.today(cart.zone) }
  return coupon && couponProblem(coupon, terms) === null ? coupon.code : null
}
