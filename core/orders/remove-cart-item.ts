import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef, findItem } from './cart.ts'
import { inCart } from './in-cart.ts'

/** Takes an item out of the cart. */
export const removeCartItem = defineVerb(
  {
    permission: 'cart.remove',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...cartRef, item_id: Type.String({ maxLength: 64 }) },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    inCart(means, input, actor, async (trx, cart) => {
      const item = await findItem(trx, cart.id, input.item_id)
      await trx.run(sql`delete from cart_items where id = ${item.id}`)
    }),
)
