import type { Router } from '@koa/router'
import { money } from '../../../sdk/index.ts'
import { acceptedTerms, getOrder, toldStatus, type Order, type OrderRow } from '../../orders/index.ts'
import { all, sql } from '../../db/index.ts'
import { cycle } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { keyset, listPage, listQuery, page, requireClient } from '../page/index.ts'
import { cycleText } from './cycle-text.ts'

export function orderRoutes(router: Router<State>): void {
  router.get('/portal/orders', listOwnOrders)
  router.get('/portal/orders/:orderId', showOrder)
}

/** CP-06. */
async function listOwnOrders(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  const query = listQuery(ctx, { sorts: { newest: 'o.id' }, sort: '-newest', id: 'o.id' })
  const { where, tail } = keyset(query)
  const own = [sql`o.client_id = ${client.id}`, scoped(actor, { table: 'o', right: 'order.read' })]
  const found = await deps.db.all<OrderRow & { names: string }>(sql`
    select o.*, (select min(x.name) from order_items x where x.order_id = o.id and x.parent_id is null) as names
    from orders o where ${all([...own, where])} ${tail}`)
  const counted = await deps.db.get<{ orders: number }>(
    sql`select count(*) as orders from orders o where ${all(own)}`,
  )
  const placeOf = (row: OrderRow) => ({ value: row.id, id: row.id })
  const { rows, pager } = listPage(query, found, { placeOf, count: counted?.orders ?? 0 })
  const view = {
    pager,
    rows: rows.map((row) => ({
      ...{ id: row.id, href: `/portal/orders/${row.id}`, number: row.number, state: toldStatus(row.status) },
      ...{ at: row.placed_at, what: row.names, total: money(row.total_minor, row.currency) },
    })),
  }
  await page(ctx, 'portal/orders/index', view, { title: t('portal.orders.title') })
}

async function showOrder(ctx: RouteCtx): Promise<void> {
  const { actor } = requireClient(ctx)
  const { deps, t } = ctx.state
  const order = await getOrder(deps.db, actor, ctx.params.orderId!)
  const states = await deps.db.all<{ id: string; label: string; delivery_status: string }>(sql`
    select s.id, s.label, s.delivery_status from services s join order_items i on i.service_id = s.id
    where i.order_id = ${order.id} and s.client_id = ${order.client_id}`)
  const view = orderView(ctx, order, new Map(states.map((row) => [row.id, row.delivery_status])))
  await page(ctx, 'portal/orders/show', view, {
    title: t('portal.orders.one', { number: view.number }),
    parts: { [`order-${view.id}`]: ['portal/orders/_order', view] },
  })
}

function termsView(order: Order) {
  const { version, accepted_at } = acceptedTerms(order)
  return { version, at: accepted_at, href: `/legal/terms/${encodeURIComponent(version)}` }
}

function orderView(ctx: RouteCtx, order: Order, states: ReadonlyMap<string, string>) {
  const { t } = ctx.state
  const amount = (minor: bigint) => money(minor, order.currency)
  return {
    ...{
      id: order.id,
      href: `/portal/orders/${order.id}`,
      number: order.number,
      state: toldStatus(order.status),
    },
    ...{ at: order.placed_at, invoiceHref: order.invoice_id ? `/portal/invoices/${order.invoice_id}` : null },
    items: order.items.map((item) => ({
      ...{ name: item.name, quantity: item.quantity, cycle: cycleText(t, cycle(item.cycle)) },
      amount: amount(item.amount_minor + item.setup_minor),
      href: states.has(item.service_id ?? '') ? `/portal/services/${item.service_id}` : null,
      state: states.get(item.service_id ?? '') ?? null,
    })),
    ...{
      subtotal: amount(order.subtotal_minor),
      tax: amount(order.tax_minor),
      total: amount(order.total_minor),
    },
    discount: order.discount_minor > 0n ? amount(-order.discount_minor) : null,
    coupon: order.coupon_code,
    terms: termsView(order),
  }
}
