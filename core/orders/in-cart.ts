import type { Trx } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { cartExpiry, findCart, type CartRef, type CartRow } from './cart.ts'
import { withAdded } from './shape-prices.ts'
import { viewCart, type CartView } from './view-cart.ts'

/** Does something to the actor's cart, keeps it for another while, and answers what it holds then. */
export async function inCart(
  means: Means,
  ref: CartRef,
  actor: Actor,
  act: (trx: Trx, cart: CartRow) => Promise<Partial<Pick<CartRow, 'currency' | 'coupon_codes'>> | void>,
): Promise<CartView> {
  const { view, of } = await means.db.transaction(async (trx) => {
    const cart = await findCart(means, trx, ref, actor)
    if (!cart) throw NotFound({ what: 'cart', id: 'of this visitor' })
    const changed = (await act(trx, cart)) ?? {}
    const set = { ...changed, expires_at: cartExpiry(means) }
    await updateVersioned(means, trx, { table: 'carts', what: 'cart', row: cart, set })
    const of = { brandId: cart.brand_id, clientId: cart.client_id }
    return { view: await viewCart(means, trx, { ...cart, ...changed }), of }
  })
  return withAdded(means, view, of)
}
