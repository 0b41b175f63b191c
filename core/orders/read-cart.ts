import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef, findFilledCart } from './cart.ts'
import { emptyCart, shopFacts, viewCart, type CartView } from './view-cart.ts'

/** The visitor's cart with prices of now; an empty one when there is none yet. */
export const readCart = defineVerb(
  {
    permission: 'cart.read',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({ ...cartRef }, { additionalProperties: false }),
  },
  async (means: Means, input, actor): Promise<CartView> => {
    const found = await findFilledCart(means, means.db, input, actor)
    if (found) return viewCart(means, means.db, found.cart, found.items)
    const shop = await shopFacts(means, means.db, input.brand_id)
    return emptyCart(shop.currency)
  },
)
