import { money } from '../../../../sdk/index.ts'
import { loadProducts, pricesOn, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { placeOrder, priceExtra } from '../../../orders/index.ts'
import { findService, requestChange, type ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { can, flash, page, requireClient, seeOther, tryForm, type FormProblem } from '../../page/index.ts'
import { termsOfShop } from '../../storefront/legal.ts'
import { requireTerms } from '../../storefront/place.ts'
import { cycleText } from '../cycle-text.ts'
import { extraView, extraWish } from './extra-view.ts'

/** What goes with a running service: what it has, and what may be added to it. */
export async function showExtras(ctx: RouteCtx): Promise<void> {
  const { deps, t, zone } = ctx.state
  const service = await ownService(ctx)
  const [product] = await loadProducts(deps.db, service.brand_id, [service.product_id])
  const day = deps.business.today(zone)
  const href = `/portal/services/${service.id}`
  const offered = (product?.addons ?? []).filter(({ status }) => status === 'active')
  const view = {
    ...{ href, label: service.label },
    isPossible: service.billing_status === 'active' && service.paused_on === null,
    parts: await partRows(ctx, service),
    plans: offered.flatMap((addon) => offerView(ctx, addon, { service, day, href })),
  }
  await page(ctx, 'portal/services/extras', view, { title: t('extras.title', { label: service.label }) })
}

async function partRows(ctx: RouteCtx, { id }: ServiceRow) {
  const { deps, t } = ctx.state
  const rows = await deps.db.all<ServiceRow & { product_name: string }>(sql`
    select s.*, p.name as product_name from services s join products p on p.id = s.product_id
    where s.parent_id = ${id} and s.billing_status <> 'ended' order by s.id limit 100`)
  return rows.map((row) => ({
    ...{ id: row.id, label: row.label || row.product_name, quantity: row.quantity },
    ...{ href: `/portal/services/${row.id}`, state: row.billing_status },
    ...{ price: money(row.recurring_minor, row.currency), cycle: cycleText(t, row.cycle) },
    nextOn: row.next_period_on,
    quantityHref:
      row.billing_status === 'active' && can(ctx, requestChange)
        ? `/portal/services/${row.id}/quantity`
        : null,
  }))
}

function offerView(
  ctx: RouteCtx,
  addon: Product,
  { service, day, href }: { service: ServiceRow; day: Parameters<typeof pricesOn>[2]; href: string },
) {
  const prices = pricesOn(addon, service.currency, day)
  const price = prices.find(({ cycle }) => cycle === service.cycle) ?? prices[0]
  if (!price) return []
  const sum = money(price.amountMinor, service.currency)
  return [
    {
      ...{ name: addon.name, text: addon.summary ?? '', features: addon.features },
      ...{ price: sum, per: cycleText(ctx.state.t, price.cycle), soldOut: addon.stock === 0 },
      href: `${href}/extras/${addon.id}`,
    },
  ]
}

/** One add-on: what was chosen, what it costs until the next renewal, and the order. */
export async function showExtra(ctx: RouteCtx): Promise<void> {
  await drawExtra(ctx)
}

async function drawExtra(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const view = { ...(await extraView(ctx, problem)), terms: await termsView(ctx) }
  const title = t('extras.add_title', { name: view.name })
  await page(ctx, 'portal/services/extra', view, {
    title,
    parts: {
      'extra-preview': ['portal/services/_extra', view],
      'extra-options': ['portal/services/_extra-options', view],
    },
  })
}

async function termsView(ctx: RouteCtx) {
  const { version } = await termsOfShop(ctx)
  return { version, href: `/legal/terms/${version}` }
}

export async function takeExtra(ctx: RouteCtx): Promise<void> {
  const { deps, actor, formKeys, address, t } = ctx.state
  const { client } = requireClient(ctx)
  const service = await ownService(ctx)
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => drawExtra(ctx, problem),
    async act() {
      const { version } = await termsOfShop(ctx)
      requireTerms(ctx, version)
      const { item } = await priceExtra(deps, extraWish(ctx, service.id), actor)
      const order = await placeOrder(
        deps.orders,
        {
          ...{
            brand_id: service.brand_id,
            client_id: client.id,
            items: [item.wish],
            currency: service.currency,
          },
          ...{ once_key: formKeys.once ?? deps.newId('req'), terms: { version, accepted: true } },
          ...{ evidence: { address }, agent: ctx.get('User-Agent').slice(0, 500) },
        },
        actor,
      )
      if (order.total_minor !== '0') return seeOther(ctx, `/portal/invoices/${order.invoice_id}/pay`)
      flash(ctx, { tone: 'good', text: t('extras.ordered') })
      seeOther(ctx, `/portal/services/${service.id}/extras`)
    },
  })
}

export function ownService(ctx: RouteCtx, right: string = placeOrder.permission): Promise<ServiceRow> {
  const { actor } = requireClient(ctx)
  return findService(ctx.state.deps.db, actor, { id: ctx.params.serviceId!, right })
}
