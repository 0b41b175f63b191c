import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { NO_COUPONS } from './apply-coupons.ts'
import { cartItems, cartRef, type CartRow } from './cart.ts'
import { inCart } from './in-cart.ts'
import { priceItems } from './price-items.ts'
import { productsOf } from './view-cart.ts'

/** Says that the prices of now have been seen, so that checkout takes them. */
export const acceptCartPrices = defineVerb(
  {
    permission: 'cart.accept_prices',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({ ...cartRef }, { additionalProperties: false }),
  },
  (means: Means, input, actor) => inCart(means, input, actor, (trx, cart) => notePrices(means, trx, cart)),
)

/** Notes what each item costs now in the cart's currency. */
export async function notePrices(means: Means, trx: Trx, cart: CartRow): Promise<void> {
  const items = await cartItems(trx, cart.id)
  const wishes = items.map((item) => item.wish)
  const products = await productsOf(trx, cart.brand_id, wishes, cart.client_id)
  const day = means.business.today(cart.zone)
  const terms = { currency: cart.currency, day, coupons: NO_COUPONS, buyer: null }
  const priced = priceItems(wishes, products, terms).items
  for (const [i, item] of items.entries()) {
    const now = priced[i]!.listedMinor
    if (now !== item.seenMinor)
      await trx.run(
        sql`update cart_items set seen_minor = ${now}, version = version + 1 where id = ${item.id}`,
      )
  }
}
