import type { Router } from '@koa/router'
import { BerthError } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import {
  acceptCartPrices,
  addCartItem,
  changeCartItem,
  readCart,
  removeCartItem,
  setCartCoupon,
  setCartCurrency,
  type CartView,
} from '../../orders/index.ts'
import { noteRefusal } from '../chain/note-refusal.ts'
import type { RouteCtx, State } from '../context.ts'
import { faultOf, faultText } from '../fault.ts'
import { field, flash, fragmentOrSeeOther, isPartial, page, seeOther, tryForm } from '../page/index.ts'
import { cartView } from './cart-view.ts'
import { configure, findProduct, type Configured } from './configure.ts'
import { drawProduct } from './product.ts'
import { requireOrderable } from './product-summary.ts'
import { fieldsOf, queryOf } from './selection.ts'
import { groupHref, shopGroups } from './shop-groups.ts'
import { keepUploads } from './uploads.ts'
import { cartOf, keepCart, visitorCart } from './visitor-cart.ts'

/** SF-06. */
export function cartRoutes(router: Router<State>): void {
  router.get('/cart', showCart)
  router.post('/cart/items', takeAdd)
  router.post('/cart/items/:itemId', takeChange)
  router.post('/cart/items/:itemId/quantity', takeQuantity)
  router.post('/cart/items/:itemId/remove', takeRemove)
  router.post('/cart/coupon', takeCoupon)
  router.post('/cart/coupon/remove', takeCouponAway)
  router.post('/cart/accept', takeAccept)
}

async function showCart(ctx: RouteCtx): Promise<void> {
  const cart = await visitorCart(ctx)
  await drawCart(ctx, cart)
}

async function drawCart(
  ctx: RouteCtx,
  cart: CartView,
  problem?: { coupon: string; code: string },
): Promise<void> {
  const groups = cart.items.length > 0 ? [] : await shopGroups(ctx)
  const view = {
    cart: await cartView(ctx, cart, problem),
    groups: groups.map((group) => ({ label: group.name, href: groupHref(group) })),
  }
  await page(ctx, 'storefront/cart', view, {
    title: ctx.state.t('storefront.cart.title'),
    slots: [{ slot: 'storefront.cart.after' }],
  })
}

/** The whole cart as a part, the count in the head, and a message. */
async function answerCart(ctx: RouteCtx, cart: CartView, message?: string): Promise<void> {
  fragmentOrSeeOther(ctx, {
    href: '/cart',
    ...(message ? { message } : {}),
    part: ['storefront/_cart', await cartView(ctx, cart)],
    others: [countPart(cart)],
  })
}

const countPart = (cart: CartView) => ({
  template: 'layouts/_cart',
  view: { href: '/cart', count: cart.items.length },
  target: '#cart-link',
})

/** From the product's page; also what "undo" sends after a removal. */
async function takeAdd(ctx: RouteCtx): Promise<void> {
  const configured = await takeConfigured(ctx)
  await tryForm(ctx, {
    labels: labelsOf(configured),
    redraw: (problem) => drawProduct(ctx, configured, problem),
    async act() {
      requireOrderable(configured)
      const { deps, actor, currency } = ctx.state
      const added = await addCartItem(deps, { ...cartOf(ctx), currency, ...configured.wish }, actor)
      keepCart(ctx, added.token)
      const ref = { ...cartOf(ctx), ...(added.token ? { token: added.token } : {}) }
      if (added.cart.currency !== currency) await setCartCurrency(deps, { ...ref, currency }, actor)
      const { code } = configured.coupon
      if (code !== '') await setCartCoupon(deps, { ...ref, code }, actor)
      toCart(ctx)
    },
  })
}

/** The cart's count stands outside the part that a boosted form swaps, so the page is loaded whole. */
function toCart(ctx: RouteCtx): void {
  if (ctx.get('HX-Request') === '') return seeOther(ctx, '/cart')
  ctx.status = 200
  ctx.set('HX-Redirect', '/cart')
  ctx.body = ''
}

/** What the form says, with the files that came along kept first. */
async function takeConfigured(ctx: RouteCtx): Promise<Configured> {
  const product = await findProduct(ctx, fieldsOf(ctx).product ?? '')
  const problems = await keepUploads(ctx, product)
  const configured = await configure(ctx, product)
  return { ...configured, errors: { ...configured.errors, ...problems } }
}

async function takeChange(ctx: RouteCtx): Promise<void> {
  const configured = await takeConfigured(ctx)
  await tryForm(ctx, {
    labels: labelsOf(configured),
    redraw: (problem) => drawProduct(ctx, configured, problem),
    async act() {
      requireOrderable(configured)
      const { product_id: _same, ...change } = configured.wish
      const input = { ...cartOf(ctx), item_id: ctx.params.itemId, ...change }
      await changeCartItem(ctx.state.deps, input, ctx.state.actor)
      flash(ctx, {
        tone: 'good',
        text: ctx.state.t('storefront.cart.changed', { name: configured.product.name }),
      })
      toCart(ctx)
    },
  })
}

/** What the summary of errors calls the fields. */
function labelsOf({ product }: Configured): Record<string, string> {
  return Object.fromEntries([
    ...product.options.map(({ key, name }) => [`o.${key}`, name]),
    ...product.fields.map(({ key, label }) => [`f.${key}`, label]),
    ...product.addons.map(({ slug, name }) => [`a.${slug}`, name]),
  ])
}

async function takeQuantity(ctx: RouteCtx): Promise<void> {
  const quantity = field(ctx, 'quantity')
  if (quantity === '0') return takeRemove(ctx)
  const input = { ...cartOf(ctx), item_id: ctx.params.itemId, quantity }
  await answerCart(ctx, await changeCartItem(ctx.state.deps, input, ctx.state.actor))
}

/** Removed at once, and brought back just as fast. */
async function takeRemove(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const before = await readCart(deps, cartOf(ctx), actor)
  const cart = await removeCartItem(deps, { ...cartOf(ctx), item_id: ctx.params.itemId }, actor)
  const gone = before.items.find(({ id }) => id === ctx.params.itemId)
  const name = gone?.product?.name ?? t('storefront.cart.gone')
  const text = t('storefront.cart.removed', { name })
  const href = gone?.product
    ? url('/cart/items', { product: gone.product.slug, ...queryOf(gone.product, gone.wish) })
    : ''
  const action =
    href !== '' && href.length < HREF_MAX ? { label: t('storefront.cart.undo'), href, post: true } : null
  if (!isPartial(ctx)) {
    flash(ctx, { tone: 'info', text, ...(action ? { action } : {}) })
    return seeOther(ctx, '/cart')
  }
  const toast = { tone: 'info', text, ...(action ? { action } : {}) }
  fragmentOrSeeOther(ctx, {
    href: '/cart',
    part: ['storefront/_cart', await cartView(ctx, cart)],
    others: [
      countPart(cart),
      { template: 'components/toast', view: toast, target: '#toasts', swap: 'beforeend' },
    ],
  })
}

/** Longer addresses are cut off by some proxies; such an item is put together again by hand. */
const HREF_MAX = 1_800

async function takeCoupon(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const code = field(ctx, 'code')
  try {
    if (code === '') return await refuseCoupon(ctx, t('storefront.cart.coupon_missing'))
    const cart = await setCartCoupon(deps, { ...cartOf(ctx), code }, actor)
    await answerCart(
      ctx,
      cart,
      cart.couponProblem ? undefined : t('storefront.cart.coupon_set', { code: code.toUpperCase() }),
    )
  } catch (error) {
    if (!(error instanceof BerthError) || !error.code.startsWith('coupon.')) throw error
    await noteRefusal(ctx, error)
    await refuseCoupon(ctx, faultText(deps.messages, ctx.state.locale, faultOf(error)))
  }
}

/** The cart with the reason at the field, as a part or a page. */
async function refuseCoupon(ctx: RouteCtx, coupon: string): Promise<void> {
  const cart = await visitorCart(ctx)
  const problem = { coupon, code: field(ctx, 'code') }
  if (isPartial(ctx))
    fragmentOrSeeOther(ctx, { href: '/cart', part: ['storefront/_cart', await cartView(ctx, cart, problem)] })
  else await drawCart(ctx, cart, problem)
  ctx.status = 422
}

async function takeCouponAway(ctx: RouteCtx): Promise<void> {
  const code = field(ctx, 'code')
  const what = code === '' ? { code: null } : { code, out: true }
  const cart = await setCartCoupon(ctx.state.deps, { ...cartOf(ctx), ...what }, ctx.state.actor)
  await answerCart(ctx, cart, ctx.state.t('storefront.cart.coupon_removed'))
}

async function takeAccept(ctx: RouteCtx): Promise<void> {
  await answerCart(ctx, await acceptCartPrices(ctx.state.deps, cartOf(ctx), ctx.state.actor))
}
