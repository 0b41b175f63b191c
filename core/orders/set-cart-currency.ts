import { Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { notePrices } from './accept-cart-prices.ts'
import { cartRef } from './cart.ts'
import { inCart } from './in-cart.ts'
import { shopFacts } from './view-cart.ts'

/** Shows the cart in another currency of the shop; items that are not sold in it say so. */
export const setCartCurrency = defineVerb(
  {
    permission: 'cart.set_currency',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...cartRef, currency: Type.String({ pattern: '^[A-Z]{3}$' }) },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    inCart(means, input, actor, async (trx, cart) => {
      const { currency } = input
      const shop = await shopFacts(means, trx, cart.brand_id)
      if (!shop.currencies.includes(currency))
        throw invalidInput({ currency: `must be one of ${shop.currencies.join(', ')}` })
      await notePrices(means, trx, { ...cart, currency })
      return { currency }
    }),
)
