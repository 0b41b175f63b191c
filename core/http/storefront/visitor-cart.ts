import {
  countCartItems,
  joinCart,
  readCart,
  setCartCurrency,
  type CartRef,
  type CartView,
} from '../../orders/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import { readCookie, writeCookie } from '../chain/session.ts'
import { requireBrand } from '../page/index.ts'

const KEPT_DAYS = 30

/** Which cart this browser has: that of the cookie, besides the one of whoever is signed in. */
export function cartOf(ctx: Ctx): CartRef {
  const token = readCookie(ctx, 'cart')
  const brand_id = requireBrand(ctx).id
  return token ? { brand_id, token } : { brand_id }
}

export function keepCart(ctx: Ctx, token: string | null): void {
  if (token !== null) writeCookie(ctx, 'cart', token, KEPT_DAYS)
}

const read = new WeakMap<Ctx['req'], CartView>()

/** The cart as its own page and the checkout show it. */
export async function visitorCart(ctx: Ctx): Promise<CartView> {
  const { deps, actor } = ctx.state
  const cart = await readCart(deps, cartOf(ctx), actor)
  read.set(ctx.req, cart)
  return cart
}

/** For the head of the page; a page that shows the cart has counted already. */
export function cartCount(ctx: Ctx): Promise<number> {
  const { deps, actor, brand } = ctx.state
  const shown = read.get(ctx.req)
  if (shown) return Promise.resolve(shown.items.length)
  return brand ? countCartItems(deps, deps.db, cartOf(ctx), actor) : Promise.resolve(0)
}

/** At sign-in what the visitor had put together becomes the user's. */
export async function joinVisitorCart(ctx: Ctx, actor: Actor): Promise<void> {
  if (!ctx.state.brand || !readCookie(ctx, 'cart')) return
  await joinCart(ctx.state.deps, cartOf(ctx), actor)
  writeCookie(ctx, 'cart', null)
}

/** The cart follows the currency that the visitor wants to see; without a cart there is nothing to do. */
export async function showCartIn(ctx: Ctx, currency: string): Promise<void> {
  if ((await cartCount(ctx)) > 0)
    await setCartCurrency(ctx.state.deps, { ...cartOf(ctx), currency }, ctx.state.actor)
}
