import type { Router } from '@koa/router'
import { createProduct, listProducts, type GroupNode, type Product } from '../../catalog/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { can, page, requireBrand } from '../page/index.ts'
import { compareTable } from './compare-table.ts'
import { groupIcon } from './group-icon.ts'
import { cyclesOf, fromText, planCard, type PlanCard } from './plan-cards.ts'
import { priceView, type PriceView } from './price-text.ts'
import { groupHref, shopGroups, withSubGroups } from './shop-groups.ts'

/** SF-01. */
export function homeRoutes(router: Router<State>): void {
  router.get('/', showHome)
}

/** Featured products on the first page, at most. */
const FEATURED_MAX = 3

async function showHome(ctx: RouteCtx): Promise<void> {
  const { deps, t, client } = ctx.state
  const brand = requireBrand(ctx)
  const groups = await shopGroups(ctx)
  const shown = new Set(groups.flatMap(withSubGroups).map(({ id }) => id))
  const all = await listProducts(deps.db, brand.id, { statuses: ['active'], clientId: client?.id })
  const products = all.filter(({ groupId }) => shown.has(groupId))
  const title = t('storefront.home.tab')
  if (products.length === 0) {
    const addHref = can(ctx, createProduct) ? '/admin/catalog' : null
    return page(ctx, 'storefront/opening', { addHref }, { title })
  }
  const view = priceView(ctx)
  await page(ctx, 'storefront/home', homeView(ctx, { groups, products, view }), {
    ...{ title, slots: [{ slot: 'storefront.home.after' }] },
  })
}

interface Shop {
  groups: readonly GroupNode[]
  products: readonly Product[]
  view: PriceView
}

function homeView(ctx: RouteCtx, shop: Shop) {
  const { t } = ctx.state
  const offers = shop.groups.map((group) => offerOf(ctx, group, shop)).filter(({ count }) => count > 0)
  return {
    lead: { title: t('storefront.home.title'), text: t('storefront.home.text'), firstHref: '/shop' },
    offers,
    plans: featured(ctx, shop),
    compare: compareOf(ctx, shop),
  }
}

function offerOf(ctx: RouteCtx, group: GroupNode, { products, view }: Shop) {
  const ids = withSubGroups(group).map(({ id }) => id)
  const inside = products.filter(({ groupId }) => ids.includes(groupId))
  return {
    ...{ title: group.name, text: group.headline ?? '', href: groupHref(group), count: inside.length },
    icon: groupIcon(inside),
    from: fromText(ctx, inside, view),
  }
}

function featured(ctx: RouteCtx, { products, view }: Shop): PlanCard[] {
  const chosen = products.filter((product) => product.featured)
  const shown = (chosen.length > 0 ? chosen : products).slice(0, FEATURED_MAX)
  return shown.map((product) => {
    const cycle = cyclesOf([product], view)[0] ?? null
    const { mark: _all, ...card } = planCard(ctx, product, { ...view, cycle })
    return { ...card, featured: false }
  })
}

/** The group whose products stand side by side: the first that is laid out as a table. */
function compareOf(ctx: RouteCtx, { groups, products, view }: Shop) {
  const group = groups.flatMap(withSubGroups).find(({ layout }) => layout === 'table')
  const inside = products.filter(({ groupId }) => groupId === group?.id)
  const table = compareTable(ctx, inside, { ...view, cycle: cyclesOf(inside, view)[0] ?? null })
  return group && table ? { title: group.name, text: group.headline, table } : null
}
