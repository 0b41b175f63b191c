import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { priceWish } from './add-cart-item.ts'
import { cartRef, findItem, wishColumns } from './cart.ts'
import { inCart } from './in-cart.ts'
import { wishFields, type ItemWish } from './items.ts'

const { product_id: _productId, cycle, ...changeable } = wishFields

/** Changes cycle, quantity, options, answers or add-ons of an item; what is left out stays. */
export const changeCartItem = defineVerb(
  {
    permission: 'cart.change',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...cartRef, item_id: Type.String({ maxLength: 64 }), cycle: Type.Optional(cycle), ...changeable },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) => {
    const { brand_id: _brandId, token: _token, item_id: itemId, ...change } = input
    return inCart(means, input, actor, async (trx, cart) => {
      const item = await findItem(trx, cart.id, itemId)
      const wish: ItemWish = { ...item.wish, ...change }
      const seen = await priceWish(means, trx, cart, wish)
      const columns = wishColumns(wish)
      await trx.run(sql`
        update cart_items set cycle = ${columns.cycle}, quantity = ${columns.quantity}, options = ${columns.options},
          fields = ${columns.fields}, addons = ${columns.addons}, seen_minor = ${seen}, version = version + 1,
          updated_at = ${means.business.now()}
        where id = ${item.id}`)
    })
  },
)
