import { Type } from '../../sdk/index.ts'
import { couponCode, couponProblem, CouponUnknown, type Coupon } from '../catalog/index.ts'
import type { Queries } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef, codesOf, type CartRow } from './cart.ts'
import { inCart } from './in-cart.ts'
import { CouponRefused } from './errors.ts'
import { wantedCoupons } from './wanted-coupons.ts'

/**
 * Enters a coupon, or takes one out; null takes all out. One that nobody can use now is refused with the reason. Coupons
 * that stack stand beside each other, any other takes the place of those before.
 */
export const setCartCoupon = defineVerb(
  {
    permission: 'cart.set_coupon',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      {
        ...cartRef,
        code: Type.Union([Type.String({ minLength: 1, maxLength: 40 }), Type.Null()]),
        /** Takes this one out instead. */
        out: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    inCart(means, input, actor, async (trx, cart) => {
      if (input.code === null) return { coupon_codes: '[]' }
      const code = couponCode(input.code)
      const others = codesOf(cart).filter((held) => held !== code)
      const codes = input.out ? others : await entered(means, trx, { cart, others, code })
      return { coupon_codes: JSON.stringify(codes) }
    }),
)

interface Entering {
  cart: CartRow
  others: readonly string[]
  code: string
}

async function entered(means: Means, queries: Queries, { cart, others, code }: Entering): Promise<string[]> {
  const wanted = await wantedCoupons(queries, cart.brand_id, [...others, code])
  const coupon = wanted.entered.find((one) => one.code === code)
  if (!coupon) throw CouponUnknown({ code })
  const terms = { currency: cart.currency, day: means.business.today(cart.zone) }
  const problem = couponProblem(coupon, terms)
  if (problem) throw CouponRefused(problem)
  const stacks = (one: Coupon) => one.stackable && coupon.stackable
  const kept = wanted.entered.filter((one) => one.code !== code && stacks(one))
  return [...kept.map((one) => one.code), code]
}
