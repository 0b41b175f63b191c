import { timingSafeEqual } from 'node:crypto'
import { list, sql, type Queries, type Sql } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { findRow, scoped } from '../records/index.ts'
import type { OrderItemRow, OrderRow, OrderStatus } from './rows.ts'
import { hashToken } from './tokens.ts'

export interface Order extends OrderRow {
  items: OrderItemRow[]
}

const SCOPE = { right: 'order.read' }

/** The order with its items; of another client or brand it is not found. */
export async function getOrder(queries: Queries, actor: Actor, id: string): Promise<Order> {
  const row = await findRow<OrderRow>(queries, actor, { table: 'orders', what: 'order', id, scope: SCOPE })
  return { ...row, items: await itemsOf(queries, row.id) }
}

/** For the status page of a visitor who is not signed in: the key from the mail or the checkout opens it. */
export async function getOrderByKey(
  queries: Queries,
  access: { brandId: string; orderId: string; key: string },
): Promise<Order> {
  const row = await queries.get<OrderRow>(
    sql`select * from orders where id = ${access.orderId} and brand_id = ${access.brandId}`,
  )
  const given = Buffer.from(hashToken(access.key))
  if (!row || !timingSafeEqual(given, Buffer.from(row.access_key_hash)))
    throw NotFound({ what: 'order', id: access.orderId })
  return { ...row, items: await itemsOf(queries, row.id) }
}

export interface OrderFilter {
  statuses?: readonly OrderStatus[]
  clientId?: string
  brandId?: string
  /** Id of the last order of the page before: older ones follow. */
  before?: string
  limit: number
}

/** Orders that the actor may see, newest first. */
export function listOrders(queries: Queries, actor: Actor, filter: OrderFilter): Promise<OrderRow[]> {
  const { statuses, clientId, brandId, before } = filter
  return queries.all<OrderRow>(sql`
    select o.* from orders o where ${scoped(actor, { table: 'o', ...SCOPE })}
      ${statuses ? statusIn(statuses) : sql``}
      ${clientId ? sql`and o.client_id = ${clientId}` : sql``}
      ${brandId ? sql`and o.brand_id = ${brandId}` : sql``}
      ${before ? sql`and o.id < ${before}` : sql``}
    order by o.id desc limit ${filter.limit}`)
}

/** How many orders stand in each state, for the tabs of the queue. */
export async function countOrders(queries: Queries, actor: Actor): Promise<Map<OrderStatus, number>> {
  const rows = await queries.all<{ status: OrderStatus; orders: number }>(sql`
    select o.status, count(*) as orders from orders o
    where ${scoped(actor, { table: 'o', ...SCOPE })} group by o.status`)
  return new Map(rows.map((row) => [row.status, row.orders]))
}

function itemsOf(queries: Queries, orderId: string): Promise<OrderItemRow[]> {
  return queries.all<OrderItemRow>(
    sql`select * from order_items where order_id = ${orderId} order by position`,
  )
}

function statusIn(statuses: readonly OrderStatus[]): Sql {
  return sql`and o.status in (${list(statuses)})`
}
