import { Type } from '../../sdk/index.ts'
import { releaseCoupon, returnStock } from '../catalog/index.ts'
import { list, sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, findRow } from '../records/index.ts'
import { ownServiceIdsOf } from './accept-order.ts'
import { OrderPaid } from './errors.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderDeps } from './ports.ts'
import type { OrderRow } from './rows.ts'

export const dropFields = {
  order_id: Type.String({ maxLength: 64 }),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
  /** Give back what was paid. Without it a paid order stays. */
  refund: Type.Optional(Type.Boolean()),
}

export interface DropOrder {
  order_id: string
  reason: string
  refund?: boolean
  name: 'cancel' | 'reject'
}

/**
 * Ends an order that falls through: its services, its invoice, its stock and its coupon go with it. What another client
 * took over meanwhile runs on, and holds its stock.
 */
export function dropOrder(deps: OrderDeps, drop: DropOrder, actor: Actor): Promise<void> {
  const { means } = deps
  const { reason, name } = drop
  return means.db.transaction(async (trx) => {
    const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id: drop.order_id })
    const serviceIds = await ownServiceIdsOf(trx, row)
    const change = { reason, body: { number: row.number, service_ids: serviceIds } }
    await applyTransition(means, trx, { lifecycle: orderLifecycle, row, name, actor, change })
    await settleInvoice(deps, trx, { row, reason, refund: drop.refund ?? false }, actor)
    await deps.endServices(means, trx, { serviceIds, reason }, actor)
    await returnAllStock(trx, row)
    await releaseCoupon(means, trx, row.id)
    // What fell through was not tried.
    await trx.run(sql`delete from trial_uses where service_id in (${list(serviceIds)})`)
  })
}

/** An unpaid invoice is voided, one that was given up credited; money that came goes back, or the order is not dropped. */
async function settleInvoice(
  deps: OrderDeps,
  trx: Trx,
  of: { row: OrderRow; reason: string; refund: boolean },
  actor: Actor,
): Promise<void> {
  const { row, reason, refund } = of
  const invoiceId = row.invoice_id
  if (invoiceId === null) return
  const { status, paidMinor } = await deps.invoiceStanding(trx, invoiceId)
  if (paidMinor > 0n) {
    if (!refund) throw OrderPaid({ id: row.id })
    await deps.refundInvoice(deps.means, trx, { invoiceId, reason }, actor)
  } else if (['draft', 'issued', 'written_off'].includes(status)) {
    await deps.takeBackInvoice(deps.means, trx, { invoiceId, reason }, actor)
  }
}

async function returnAllStock(trx: Trx, { id, client_id: clientId }: OrderRow): Promise<void> {
  const items = await trx.all<{ id: string; product_id: string; stock_held: number }>(sql`
    select i.id, i.product_id, i.stock_held from order_items i left join services s on s.id = i.service_id
    where i.order_id = ${id} and i.stock_held > 0 and (s.id is null or s.client_id = ${clientId}) order by i.product_id`)
  for (const item of items) await returnHeld(trx, item)
}

/** Gives back what one item holds, once. */
export async function returnHeld(
  trx: Trx,
  item: { id: string; product_id: string; stock_held: number },
): Promise<void> {
  const freed = await trx.run(
    sql`update order_items set stock_held = 0 where id = ${item.id} and stock_held = ${item.stock_held}`,
  )
  if (freed > 0) await returnStock(trx, item.product_id, item.stock_held)
}
