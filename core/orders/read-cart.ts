import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef, findCart } from './cart.ts'
import { emptyCart, shopFacts, viewCart, type CartView } from './view-cart.ts'

/** The visitor's cart with prices of now; an empty one when there is none yet. */
export const readCart = defineVerb(
  {
    permission: 'cart.read',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({ ...cartRef }, { additionalProperties: false }),
  },
  async (means: Means, input, actor): Promise<CartView> => {
    const cart = await findCart(means, means.db, input, actor)
    if (cart) return viewCart(means, means.db, cart)
    const shop = await shopFacts(means, means.db, input.brand_id)
    return emptyCart(shop.currency)
  },
)
