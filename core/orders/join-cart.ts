import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartExpiry, cartItems, cartRef, dropExpired, findCart, selectCarts, type CartRow } from './cart.ts'
import { emptyCart, shopFacts, viewCart, type CartView } from './view-cart.ts'
import { hashToken } from './tokens.ts'

/** At sign-in: what the visitor had put together becomes the user's, beside what the user's cart held already. */
export const joinCart = defineVerb(
  {
    permission: 'cart.join',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client'],
    input: Type.Object({ ...cartRef }, { additionalProperties: false }),
  },
  (means: Means, input, actor): Promise<CartView> =>
    means.db.transaction(async (trx) => {
      const mine = await findCart(means, trx, input, actor)
      const hash = hashToken(input.token ?? '')
      const visitor = await trx.get<CartRow>(sql`
        ${selectCarts} where c.brand_id = ${input.brand_id} and c.token_hash = ${hash} and c.user_id is null
          and c.order_id is null and c.expires_at > ${means.clock.now()}`)
      const cart = mine ?? visitor
      if (!cart) return emptyCart((await shopFacts(means, trx, input.brand_id)).currency)
      if (actor.kind !== 'client') return viewCart(means, trx, cart)
      if (visitor && visitor.id !== cart.id) {
        const held = await cartItems(trx, cart.id)
        await trx.run(
          sql`update cart_items set cart_id = ${cart.id}, position = position + ${held.length} where cart_id = ${visitor.id}`,
        )
        await trx.run(sql`
          update cart_reminders set cart_id = ${cart.id}
          where cart_id = ${visitor.id} and not exists (select 1 from cart_reminders o where o.cart_id = ${cart.id})`)
        await trx.run(sql`delete from carts where id = ${visitor.id}`)
      }
      if (!mine) await dropExpired(means, trx, { brandId: input.brand_id, userId: actor.id })
      const coupon_codes = cart.coupon_codes === '[]' ? (visitor?.coupon_codes ?? '[]') : cart.coupon_codes
      await trx.run(sql`
        update carts set user_id = ${actor.id}, coupon_codes = ${coupon_codes}, expires_at = ${cartExpiry(means)},
          version = version + 1, updated_at = ${means.business.now()}
        where id = ${cart.id}`)
      return viewCart(means, trx, { ...cart, user_id: actor.id, coupon_codes })
    }),
)
