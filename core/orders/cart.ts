import { Type } from '../../sdk/index.ts'
import { sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { instant, NotFound, type Actor, type Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { AddonWish, ItemWish } from './items.ts'
import { hashToken } from './tokens.ts'

/** Which cart: that of the signed-in user, else the one whose token the visitor's cookie holds. */
export const cartRef = {
  brand_id: Type.String({ minLength: 1, maxLength: 64 }),
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
}
export interface CartRef {
  brand_id: string
  token?: string
}

export interface CartRow {
  id: string
  brand_id: string
  token_hash: string | null
  user_id: string | null
  client_id: string | null
  currency: string
  /** JSON: codes in the order in which they were typed */
  coupon_codes: string
  order_id: string | null
  expires_at: Instant
  version: number
  /** Of its brand, by whose days prices and coupons are valid. */
  zone: string
  /** JSON: bundles and gifts of its brand in force */
  deals: string
}

export interface CartItemRow {
  id: string
  cart_id: string
  product_id: string
  cycle: string
  quantity: number
  options: string
  fields: string
  addons: string
  trial: number
  seen_minor: bigint
  position: number
  version: number
}

export interface CartItem {
  id: string
  /** First period of all units without coupon, as it was shown last. */
  seenMinor: bigint
  wish: ItemWish
}

export const codesOf = (cart: Pick<CartRow, 'coupon_codes'>): string[] =>
  JSON.parse(cart.coupon_codes) as string[]

/** A visitor's cart is kept this long after the last change. */
export const CART_DAYS = 30
const DAY_MS = 86_400_000

export function cartExpiry(means: Pick<Means, 'clock'>): Instant {
  return instant(means.clock.ms() + CART_DAYS * DAY_MS)
}

/** Carts of brands that sell, without conditions. */
export const selectCarts = sql`
  select c.*, b.zone, b.deals from carts c join brands b on b.id = c.brand_id and b.status = 'active'`

/** The open cart of the actor. A token opens only carts of nobody or of the actor, so a cookie left behind is no key. */
export async function findCart(
  means: Pick<Means, 'clock'>,
  queries: Queries,
  ref: CartRef,
  actor: Actor,
): Promise<CartRow | undefined> {
  const own = ownCarts(ref, actor)
  if (!own) return undefined
  const rows = await queries.all<CartRow>(sql`${selectCarts} where ${own}`)
  const cart = running(means, rows)
  return cart && forClient(cart, actor)
}

/** A client may have a renewal day of its own, so the cart says for whom it is priced. */
export const forClient = <R extends CartRow>(cart: R, { grants }: Actor): R => ({
  ...cart,
  client_id: cart.client_id ?? grants[0]?.clientId ?? null,
})

/** The same cart with what it holds, in one statement. */
export async function findFilledCart(
  means: Pick<Means, 'clock'>,
  queries: Queries,
  ref: CartRef,
  actor: Actor,
): Promise<{ cart: CartRow; items: CartItem[] } | undefined> {
  const own = ownCarts(ref, actor)
  if (!own) return undefined
  const rows = await queries.all<CartRow & HeldColumns & { item_id: string | null }>(sql`
    select c.*, b.zone, b.deals, i.id as item_id, i.product_id, i.cycle, i.quantity, i.options, i.fields, i.addons, i.trial, i.seen_minor
    from carts c join brands b on b.id = c.brand_id and b.status = 'active'
    left join cart_items i on i.cart_id = c.id where ${own} order by i.position, i.id`)
  const cart = running(means, rows)
  if (!cart) return undefined
  const held = rows.filter((row) => row.id === cart.id && row.item_id !== null)
  return { cart: forClient(cart, actor), items: held.map((row) => toItem({ ...row, id: row.item_id! })) }
}

/**
 * Conditions on `carts c`; null for whoever can have none. Two ways to a cart, each by its index. No moment is named:
 * pages ask again and again, and until something changes the answer stands. See `running`.
 */
function ownCarts(ref: CartRef, actor: Actor): Sql | null {
  const userId = actor.kind === 'client' ? actor.id : null
  const hash = ref.token ? hashToken(ref.token) : null
  if (userId === null && hash === null) return null
  return sql`c.brand_id = ${ref.brand_id} and c.order_id is null and c.id in (
    select o.id from carts o where o.brand_id = ${ref.brand_id} and o.user_id = ${userId} and o.order_id is null
    union all select g.id from carts g where g.token_hash = ${hash} and g.user_id is null)`
}

/** Carts that have not expired; of a visitor's and the user's own the latter. */
function running<R extends Pick<CartRow, 'user_id' | 'expires_at'>>(
  { clock }: Pick<Means, 'clock'>,
  rows: readonly R[],
): R | undefined {
  const now = clock.now()
  const left = rows.filter((row) => row.expires_at > now)
  return left.find((row) => row.user_id !== null) ?? left[0]
}

export async function cartItems(queries: Queries, cartId: string): Promise<CartItem[]> {
  const rows = await queries.all<CartItemRow>(
    sql`select * from cart_items where cart_id = ${cartId} order by position, id`,
  )
  return rows.map(toItem)
}

/** How many items the actor's cart holds, for the head of every page: one statement. */
export async function countCartItems(
  means: Pick<Means, 'clock'>,
  queries: Queries,
  ref: CartRef,
  actor: Actor,
): Promise<number> {
  const own = ownCarts(ref, actor)
  if (!own) return 0
  const rows = await queries.all<Pick<CartRow, 'user_id' | 'expires_at'> & { items: number }>(sql`
    select c.id, c.user_id, c.expires_at, count(i.id) as items from carts c left join cart_items i on i.cart_id = c.id
    where ${own} group by c.id, c.user_id, c.expires_at`)
  return running(means, rows)?.items ?? 0
}

/** Ends what is left of a user's expired cart: a user has one cart in a shop, and it would stand in the way of the next. */
export async function dropExpired(
  means: Pick<Means, 'clock'>,
  trx: Trx,
  { brandId, userId }: { brandId: string; userId: string },
): Promise<void> {
  const over = sql`select c.id from carts c where c.brand_id = ${brandId} and c.user_id = ${userId}
    and c.order_id is null and c.expires_at <= ${means.clock.now()}`
  await trx.run(sql`delete from cart_items where cart_id in (${over})`)
  await trx.run(sql`delete from carts where id in (${over})`)
}

/** The item of this cart; another cart's is not found. */
export async function findItem(queries: Queries, cartId: string, itemId: string): Promise<CartItem> {
  const row = await queries.get<CartItemRow>(
    sql`select * from cart_items where id = ${itemId} and cart_id = ${cartId}`,
  )
  if (!row) throw NotFound({ what: 'cart item', id: itemId })
  return toItem(row)
}

/** The columns in which a wish is kept. */
export function wishColumns(wish: ItemWish) {
  return {
    product_id: wish.product_id,
    cycle: wish.cycle,
    quantity: wish.quantity ?? 1,
    options: JSON.stringify(wish.options ?? {}),
    fields: JSON.stringify(wish.fields ?? {}),
    addons: JSON.stringify(wish.addons ?? []),
    trial: wish.trial ? 1 : 0,
  }
}

/** What of an item is the wish and its price. */
type HeldColumns = Omit<CartItemRow, 'id' | 'cart_id' | 'position' | 'version'>

function toItem(row: HeldColumns & { id: string }): CartItem {
  return {
    id: row.id,
    seenMinor: row.seen_minor,
    wish: {
      product_id: row.product_id,
      cycle: row.cycle,
      quantity: row.quantity,
      options: JSON.parse(row.options) as Record<string, unknown>,
      fields: JSON.parse(row.fields) as Record<string, unknown>,
      addons: JSON.parse(row.addons) as AddonWish[],
      ...(row.trial === 1 ? { trial: true } : {}),
    },
  }
}
