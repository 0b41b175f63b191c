import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { askForms, requireForms } from './ask-form.ts'
import {
  cartExpiry,
  cartItems,
  cartRef,
  dropExpired,
  findCart,
  forClient,
  wishColumns,
  type CartRef,
  type CartRow,
} from './cart.ts'
import { NO_COUPONS } from './apply-coupons.ts'
import { CartFull } from './errors.ts'
import { ITEMS_MAX, wishFields, type ItemWish } from './items.ts'
import { priceItems } from './price-items.ts'
import { hashToken, newToken } from './tokens.ts'
import { productsOf, shopFacts, viewCart, type CartView } from './view-cart.ts'

export interface AddedItem {
  itemId: string
  cart: CartView
  /** For the visitor's cookie, when a cart had to be made. */
  token: string | null
}

/** Puts a configured product into the visitor's cart, which is made when there is none. */
export const addCartItem = defineVerb(
  {
    permission: 'cart.add',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...cartRef, currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })), ...wishFields },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor): Promise<AddedItem> =>
    means.db.transaction(async (trx) => {
      const { brand_id: brandId, token, currency, ...wish } = input
      const opened = await openCart(means, trx, { brandId, token, currency }, actor)
      const held = await cartItems(trx, opened.cart.id)
      if (held.length >= ITEMS_MAX) throw CartFull({ most: ITEMS_MAX })
      const seen_minor = await priceWish(means, trx, opened.cart, wish)
      const itemId = means.newId('cti')
      const now = means.business.now()
      const place = { id: itemId, cart_id: opened.cart.id, position: held.length, seen_minor }
      const stamps = { version: 1, created_at: now, updated_at: now }
      await trx.insert('cart_items', [{ ...place, ...wishColumns(wish), ...stamps }])
      await trx.run(sql`
        update carts set expires_at = ${cartExpiry(means)}, updated_at = ${now} where id = ${opened.cart.id}`)
      return { itemId, token: opened.token, cart: await viewCart(means, trx, opened.cart) }
    }),
)

/** What a wish costs before any coupon; refuses one that cannot be ordered so, field by field. */
export async function priceWish(means: Means, trx: Trx, cart: CartRow, wish: ItemWish): Promise<bigint> {
  const products = await productsOf(trx, cart.brand_id, [wish], cart.client_id)
  if (!products.has(wish.product_id)) throw NotFound({ what: 'product', id: wish.product_id })
  const of = { brandId: cart.brand_id, clientId: cart.client_id }
  const terms = {
    forms: requireForms(await askForms(means, trx, [wish], of)),
    currency: cart.currency,
    day: means.business.today(cart.zone),
    coupons: NO_COUPONS,
    buyer: null,
  }
  const [item] = priceItems([wish], products, terms).items
  if (Object.keys(item!.errors).length > 0) throw invalidInput(item!.errors)
  return item!.listedMinor
}

type Opening = { brandId: string; token: string | undefined; currency: string | undefined }

async function openCart(
  means: Means,
  trx: Trx,
  opening: Opening,
  actor: Actor,
): Promise<{ cart: CartRow; token: string | null }> {
  const { brandId, token: known } = opening
  const ref: CartRef = known === undefined ? { brand_id: brandId } : { brand_id: brandId, token: known }
  const cart = await findCart(means, trx, ref, actor)
  if (cart) return { cart, token: null }
  const shop = await shopFacts(means, trx, brandId)
  const currency = opening.currency ?? shop.currency
  if (!shop.currencies.includes(currency))
    throw invalidInput({ currency: `must be one of ${shop.currencies.join(', ')}` })
  const token = newToken()
  const now = means.business.now()
  const made = {
    id: means.newId('crt'),
    brand_id: brandId,
    token_hash: hashToken(token),
    user_id: actor.kind === 'client' ? actor.id : null,
    client_id: null,
    currency,
    coupon_codes: '[]',
    order_id: null,
    expires_at: cartExpiry(means),
    version: 1,
  }
  if (actor.kind === 'client') await dropExpired(means, trx, { brandId, userId: actor.id })
  await trx.insert('carts', [{ ...made, created_at: now, updated_at: now }])
  return { cart: forClient({ ...made, zone: shop.zone, deals: shop.deals }, actor), token }
}
