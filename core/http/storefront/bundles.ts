import type { Router } from '@koa/router'
import { listBundles, loadProducts, pricesOn, type Bundle, type Product } from '../../catalog/index.ts'
import { formatRate } from '../../i18n/index.ts'
import { BerthError, cycle, NotFound, type Cycle } from '../../kernel/index.ts'
import { addCartItem } from '../../orders/index.ts'
import { url } from '../../render/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { faultOf, faultText } from '../fault.ts'
import { flash, formKeys, page, requireBrand, seeOther } from '../page/index.ts'
import { productHref } from './plan-cards.ts'
import { cycleName, fromPriceAt, moneyText, perCycle, priceView } from './price-text.ts'
import { cartOf, keepCart } from './visitor-cart.ts'

/** What is cheaper together: the list, the page of one, and all of it into the cart at once. */
export function bundleRoutes(router: Router<State>): void {
  router.get('/bundles', showBundles)
  router.get('/bundles/:bundle', showBundle)
  router.post('/bundles/:bundle/cart', takeAll)
}

async function showBundles(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const bundles = await listBundles(deps.db, requireBrand(ctx).id)
  const tiles = bundles.map((bundle) => ({
    ...{ title: bundle.name, text: bundle.summary ?? '', href: bundleHref(bundle), icon: 'package' },
    foot: worthText(ctx, bundle),
  }))
  await page(ctx, 'storefront/bundles', { tiles }, { title: t('offers.bundle.title') })
}

const bundleHref = ({ slug }: Pick<Bundle, 'slug'>): string => `/bundles/${slug}`

/** "20 % off", "€5.00 off", "together for €11.00". */
function worthText(ctx: RouteCtx, { kind, percentPpm, amountMinor, currency }: Bundle): string {
  const { t, locale } = ctx.state
  const worth =
    percentPpm === null
      ? moneyText(ctx, amountMinor ?? 0n, currency ?? 'EUR')
      : formatRate(percentPpm, locale)
  return t('offers.bundle.worth', { kind, worth })
}

interface Opened {
  bundle: Bundle
  /** In the order of the bundle, each at the first of its cycles that is sold; null when one is not on sale. */
  members: { product: Product; cycle: string }[] | null
}

async function openBundle(ctx: RouteCtx): Promise<Opened> {
  const { db } = ctx.state.deps
  const brand = requireBrand(ctx)
  const bundle = (await listBundles(db, brand.id)).find(({ slug }) => slug === ctx.params.bundle)
  if (!bundle) throw NotFound({ what: 'bundle', id: ctx.params.bundle! })
  const ids = [...new Set(bundle.members.map(({ productId }) => productId))]
  const products = new Map((await loadProducts(db, brand.id, ids)).map((product) => [product.id, product]))
  const view = priceView(ctx)
  const members = bundle.members.flatMap(({ productId, cycles }) => {
    const product = products.get(productId)
    if (product?.status !== 'active') return []
    const sold = pricesOn(product, view.currency, view.day).map((price) => price.cycle)
    const chosen = cycles.length === 0 ? sold[0] : cycles.find((one) => sold.includes(one))
    return chosen === undefined ? [] : [{ product, cycle: chosen }]
  })
  return { bundle, members: members.length === bundle.members.length ? members : null }
}

async function showBundle(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const { bundle, members } = await openBundle(ctx)
  const view = {
    ...{ name: bundle.name, summary: bundle.summary, worth: worthText(ctx, bundle) },
    lasts: t('offers.bundle.lasts_text', { lasts: bundle.lasts }),
    members: (members ?? []).map(({ product, cycle: of }) => ({
      ...{ title: product.name, text: product.summary ?? '', foot: memberPrice(ctx, product, cycle(of)) },
      href: url(productHref(product), { cycle: of }),
    })),
    ...{ isSold: members !== null, cartHref: `${bundleHref(bundle)}/cart`, keys: formKeys() },
  }
  await page(ctx, 'storefront/bundle', view, { title: bundle.name })
}

/** "from €4.90 a month": what it costs by itself. */
function memberPrice(ctx: RouteCtx, product: Product, of: Cycle): string {
  const view = priceView(ctx)
  const least = fromPriceAt(product, of, view)
  if (least === null) return cycleName(ctx, of)
  const price = moneyText(ctx, least.amountMinor, view.currency)
  return ctx.state.t('storefront.price.from', { price, per: perCycle(ctx, of) })
}

/** Each member with its presets; one that asks a question is put together on its own page first. */
async function takeAll(ctx: RouteCtx): Promise<void> {
  const { deps, actor, currency, t } = ctx.state
  const { bundle, members } = await openBundle(ctx)
  if (!members) return seeOther(ctx, bundleHref(bundle))
  let ref = cartOf(ctx)
  for (const { product, cycle: of } of members) {
    try {
      const added = await addCartItem(deps, { ...ref, currency, product_id: product.id, cycle: of }, actor)
      keepCart(ctx, added.token)
      if (added.token) ref = { ...ref, token: added.token }
    } catch (error) {
      if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
      const reason = faultText(deps.messages, ctx.state.locale, faultOf(error))
      flash(ctx, { tone: 'info', title: t('offers.bundle.choose', { name: product.name }), text: reason })
      return seeOther(ctx, url(productHref(product), { cycle: of }))
    }
  }
  flash(ctx, { tone: 'good', text: t('offers.bundle.added', { name: bundle.name }) })
  seeOther(ctx, '/cart')
}
