import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { cartRef, findFilledCart } from './cart.ts'
import { withAdded } from './shape-prices.ts'
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
    if (found) {
      const { cart, items } = found
      const of = { brandId: cart.brand_id, clientId: cart.client_id }
      return withAdded(means, await viewCart(means, means.db, cart, items), of)
    }
    const shop = await shopFacts(means, means.db, input.brand_id)
    return emptyCart(shop.currency)
  },
)
