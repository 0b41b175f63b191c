import { Type } from '../../sdk/index.ts'
import { couponCode, couponProblem, CouponUnknown, findCoupon } from '../catalog/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef } from './cart.ts'
import { inCart } from './in-cart.ts'
import { CouponRefused } from './errors.ts'

/** Enters a coupon, or takes it out with null. One that nobody can use now is refused with the reason. */
export const setCartCoupon = defineVerb(
  {
    permission: 'cart.set_coupon',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...cartRef, code: Type.Union([Type.String({ minLength: 1, maxLength: 40 }), Type.Null()]) },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    inCart(means, input, actor, async (trx, cart) => {
      if (input.code === null) return { coupon_code: null }
      const code = couponCode(input.code)
      const coupon = await findCoupon(trx, cart.brand_id, code)
      if (!coupon) throw CouponUnknown({ code })
      const terms = { currency: cart.currency, day: means.business.today(cart.zone) }
      const problem = couponProblem(coupon, terms)
      if (problem) throw CouponRefused({ reason: problem })
      return { coupon_code: code }
    }),
)
