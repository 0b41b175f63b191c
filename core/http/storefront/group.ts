import type { Router } from '@koa/router'
import { listProducts, type GroupNode, type Product } from '../../catalog/index.ts'
import { NotFound, type Cycle } from '../../kernel/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { page, requireBrand } from '../page/index.ts'
import { compareTable } from './compare-table.ts'
import { groupIcon } from './group-icon.ts'
import { cycleChoices, cyclesOf, fromText, planCard } from './plan-cards.ts'
import { priceView, type PriceView } from './price-text.ts'
import { findGroup, groupHref, shopGroups, withSubGroups } from './shop-groups.ts'

/** SF-02. */
export function groupRoutes(router: Router<State>): void {
  router.get('/shop', showShop)
  router.get('/shop/:group', showGroup)
}

async function showShop(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const groups = await shopGroups(ctx)
  const products = await productsIn(ctx, groups)
  const view = priceView(ctx)
  const tiles = groups.map((group) => groupTile(ctx, group, { products, view }))
  await page(ctx, 'storefront/shop', { tiles }, { title: t('storefront.shop.title') })
}

async function showGroup(ctx: RouteCtx): Promise<void> {
  const groups = await shopGroups(ctx)
  const place = findGroup(groups, ({ slug }) => slug === ctx.params.group)
  if (!place) throw NotFound({ what: 'product group', id: ctx.params.group! })
  const { group, path } = place
  const products = await productsIn(ctx, [group])
  const view = viewOf(ctx, products)
  const plans = plansView(ctx, group, { products, view })
  const { t } = ctx.state
  const head = {
    title: group.name,
    text: group.headline,
    more: group.description,
    crumbs: [
      { label: t('storefront.shop.title'), href: '/shop' },
      ...path.map((above) => ({ label: above.name, href: groupHref(above) })),
    ],
  }
  const parent = path.at(-1)
  const back = { label: t('storefront.group.back'), href: parent ? groupHref(parent) : '/shop' }
  const parts = { plans: ['storefront/_plans', plans] as const }
  await page(ctx, 'storefront/group', { head, back, plans }, { title: group.name, parts })
}

async function productsIn(ctx: RouteCtx, groups: readonly GroupNode[]): Promise<Product[]> {
  const ids = groups.flatMap(withSubGroups).map(({ id }) => id)
  if (ids.length === 0) return []
  const { deps, client } = ctx.state
  return listProducts(deps.db, requireBrand(ctx).id, {
    groupIds: ids,
    statuses: ['active'],
    clientId: client?.id,
  })
}

interface Offer {
  products: readonly Product[]
  view: PriceView & { cycle?: Cycle | null }
}

/** The cycle asked for, else the shortest; one that is not sold is passed over. */
function viewOf(ctx: RouteCtx, products: readonly Product[]): PriceView & { cycle: Cycle | null } {
  const view = priceView(ctx)
  const cycles = cyclesOf(products, view)
  return { ...view, cycle: cycles.find((cycle) => cycle === ctx.query.cycle) ?? cycles[0] ?? null }
}

interface PlansOffer {
  products: readonly Product[]
  view: PriceView & { cycle: Cycle | null }
}

function plansView(ctx: RouteCtx, group: GroupNode, { products, view }: PlansOffer) {
  const sections = withSubGroups(group)
    .map((part) => sectionOf(ctx, part, { products: inGroup(products, part), view }))
    .filter(({ plans }) => plans.length > 0)
  const cycles = cycleChoices(ctx, products, view)
  return {
    href: ctx.path,
    cycle: { label: ctx.state.t('storefront.group.cycle'), choices: cycles, target: 'plans' },
    hasCycles: cycles.length > 1,
    sections: sections.map((section) => ({
      ...section,
      title: section.title === group.name ? null : section.title,
    })),
  }
}

function sectionOf(ctx: RouteCtx, group: GroupNode, { products, view }: Offer) {
  const isTable = group.layout === 'table'
  return {
    ...{ title: group.name as string | null, text: group.headline, href: groupHref(group) },
    plans: products.map((product) => planCard(ctx, product, view)),
    compare: isTable ? compareTable(ctx, products, view) : null,
  }
}

const inGroup = (products: readonly Product[], group: GroupNode): Product[] =>
  products.filter(({ groupId }) => groupId === group.id)

function groupTile(ctx: RouteCtx, group: GroupNode, { products, view }: Offer) {
  const ids = withSubGroups(group).map(({ id }) => id)
  const inside = products.filter(({ groupId }) => ids.includes(groupId))
  const from = fromText(ctx, inside, view)
  return {
    ...{ title: group.name, text: group.headline ?? '', href: groupHref(group), icon: groupIcon(inside) },
    ...(from ? { foot: from } : {}),
  }
}
