import type { Router } from '@koa/router'
import { BerthError, cycle } from '../../kernel/index.ts'
import { cartMailsBy, joinCart, readLeftCart, restoreCart, setCartMails } from '../../orders/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, formKeys, page, requireBrand, seeOther } from '../page/index.ts'
import { cycleName, moneyText } from './price-text.ts'
import { secretAddress } from './secret-address.ts'
import { keepCart } from './visitor-cart.ts'

/** Where the mail about a cart that was left leads. Opening a page changes nothing: programs open links of mails too. */
export function leftCartRoutes(router: Router<State>): void {
  router.get('/cart/left/:token', (ctx) => unlessOver(ctx, showLeft))
  router.post('/cart/left/:token', (ctx) => unlessOver(ctx, takeBack))
  router.get('/cart/mails/:token', showMails)
  router.post('/cart/mails/:token', takeMails)
}

const linked = (ctx: RouteCtx) => ({ brand_id: requireBrand(ctx).id, key: ctx.params.token! })

/** A link that is over leads to the cart that there is. */
async function unlessOver(ctx: RouteCtx, act: (ctx: RouteCtx) => Promise<void>): Promise<void> {
  try {
    await act(ctx)
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'record.not_found') throw error
    flash(ctx, { tone: 'info', text: ctx.state.t('offers.left_cart.over') })
    seeOther(ctx, '/cart')
  }
}

async function showLeft(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { cart, coupon } = await readLeftCart(deps, linked(ctx), actor)
  const text = (minor: bigint) => moneyText(ctx, minor, cart.currency)
  const view = {
    items: cart.items.map(({ product, wish, first }) => ({
      label: `${wish.quantity ?? 1} × ${product?.name ?? t('storefront.cart.gone')}, ${cycleName(ctx, cycle(wish.cycle))}`,
      value: text(first.subtotalMinor),
    })),
    ...{ total: text(cart.first.totalMinor), coupon, href: ctx.path, keys: formKeys() },
  }
  secretAddress(ctx)
  await page(ctx, 'storefront/left-cart', view, { title: t('offers.left_cart.page') })
}

async function takeBack(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { token } = await restoreCart(deps, linked(ctx), actor)
  if (token !== null && actor.kind === 'client')
    await joinCart(deps, { brand_id: requireBrand(ctx).id, token }, actor)
  else keepCart(ctx, token)
  flash(ctx, { tone: 'good', text: t('offers.left_cart.back') })
  seeOther(ctx, '/cart')
}

async function showMails(ctx: RouteCtx): Promise<void> {
  const { brand_id: brandId, key } = linked(ctx)
  const { on } = await cartMailsBy(ctx.state.deps.db, { brandId, key })
  secretAddress(ctx)
  const title = ctx.state.t('offers.left_cart.mails_title')
  await page(ctx, 'storefront/cart-mails', { on, href: ctx.path, keys: formKeys() }, { title })
}

async function takeMails(ctx: RouteCtx): Promise<void> {
  const { deps, actor, form } = ctx.state
  await setCartMails(deps, { ...linked(ctx), on: form.on === '1' }, actor)
  seeOther(ctx, ctx.path)
}
