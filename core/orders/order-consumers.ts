import { sql, type Trx } from '../db/index.ts'
import { captureFor } from '../billing/index.ts'
import { recordEvent, type Consumer, type StoredEvent } from '../events/index.ts'
import { systemActor } from '../kernel/index.ts'
import { applyTransition, isCheckRefusal, type Means } from '../records/index.ts'
import { freeOfService } from '../services/index.ts'
import { accept, serviceIdsOf } from './accept-order.ts'
import { returnHeld } from './drop-order.ts'
import { hold, tellHeld } from './hold-order.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderItemRow, OrderRow } from './rows.ts'

/** What orders do when money comes and services live or end. */
export function orderConsumers(means: Means): Consumer[] {
  return [
    {
      name: 'orders.accept_paid',
      types: ['invoice.paid', 'instalment_plan.part_paid'],
      handle: (trx, event) => acceptPaid(means, trx, event),
    },
    {
      name: 'orders.accept_on_credit',
      types: ['order.placed'],
      handle: (trx, event) =>
        event.body.on_credit === true ? acceptUnlessWaiting(means, trx, event.subject) : Promise.resolve(),
    },
    {
      // Money that is reserved for an order is as good as paid: the order goes on, and what it waits for is delivered.
      name: 'orders.accept_reserved',
      types: ['payment.authorised', 'order.accepted', 'order.done'],
      handle: (trx, event) => goOnReserved(means, trx, event),
    },
    {
      name: 'orders.finish',
      types: ['service.live', 'order.accepted'],
      handle: (trx, event) => finish(means, trx, event),
    },
    {
      name: 'orders.return_stock',
      types: ['service.ended'],
      handle: (trx, event) => returnStockOf(trx, String(event.body.id)),
    },
  ]
}

const ACTOR = systemActor('orders')

/**
 * A paid order goes on by itself, unless one of its products waits for a person. A held order stays held: somebody
 * wanted to look at it, and money does not answer their question. One that a plugin refuses is held for staff.
 */
async function acceptPaid(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const { origin, origin_id: orderId } = event.body
  if (origin !== 'order' || typeof orderId !== 'string') return
  if (event.body.credited === true) await holdCredited(means, trx, orderId)
  else await acceptUnlessWaiting(means, trx, orderId)
}

/** Its invoice was taken back before anything was paid for: staff cancel the order, or bill it anew. */
async function holdCredited(means: Means, trx: Trx, orderId: string): Promise<void> {
  const row = await trx.get<OrderRow>(sql`select * from orders where id = ${orderId}`)
  if (row?.status === 'placed') await hold(means, trx, { row, reason: 'Its invoice was credited' }, ACTOR)
}

/** An order that was accepted is delivered on reserved money, which is taken now or when everything is live. */
async function goOnReserved(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const row = await reservedOrder(trx, event)
  if (!row?.invoice_id) return
  if (row.status === 'placed') return acceptUnlessWaiting(means, trx, row.id)
  if (row.status !== 'accepted' && row.status !== 'done') return
  const { id, invoice_id: invoiceId, number } = row
  if (row.status === 'accepted')
    await recordEvent(means, trx, ACTOR, {
      ...{ subject: id, brandId: row.brand_id, clientId: row.client_id, type: 'order.reserved' },
      body: { id, number, service_ids: await serviceIdsOf(trx, id) },
    })
  const modes =
    row.status === 'done' ? (['on_acceptance', 'on_delivery'] as const) : (['on_acceptance'] as const)
  await captureFor(means, trx, { invoiceId, modes }, ACTOR)
}

/** The order of the event, when money is reserved for it. */
function reservedOrder(trx: Trx, event: StoredEvent): Promise<OrderRow | undefined> {
  const reserved = sql`exists (select 1 from authorisations a where a.invoice_id = o.invoice_id and a.status = 'held')`
  const which =
    event.type === 'payment.authorised'
      ? sql`o.invoice_id = ${String(event.body.invoice_id)}`
      : sql`o.id = ${String(event.body.id)}`
  return trx.get<OrderRow>(sql`select o.* from orders o where ${which} and ${reserved}`)
}

async function acceptUnlessWaiting(means: Means, trx: Trx, orderId: string): Promise<void> {
  const row = await trx.get<OrderRow>(sql`select * from orders where id = ${orderId}`)
  if (row?.status !== 'placed') return
  const waiting = await trx.get(sql`
    select s.id from order_items i join services s on s.id = i.service_id
    where i.order_id = ${orderId} and s.delivery_on = 'acceptance' limit 1`)
  if (waiting) return
  try {
    await accept(means, trx, row, ACTOR)
  } catch (error) {
    if (!isCheckRefusal(error)) throw error
    await hold(means, trx, { row, reason: error.message }, ACTOR)
    await tellHeld(means, trx, row)
  }
}

/** An accepted order is done when everything of it is live. */
async function finish(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const row = await orderOf(trx, event)
  if (row?.status !== 'accepted') return
  const open = await trx.get(sql`
    select i.id from order_items i left join services s on s.id = i.service_id
    where i.order_id = ${row.id} and (s.id is null or (s.delivery_on <> 'never' and s.delivery_status in ('none', 'creating'))) limit 1`)
  if (open) return
  const change = { body: { number: row.number } }
  await applyTransition(means, trx, { lifecycle: orderLifecycle, row, name: 'finish', actor: ACTOR, change })
}

function orderOf(trx: Trx, event: StoredEvent): Promise<OrderRow | undefined> {
  const id = String(event.body.id)
  if (event.type === 'order.accepted') return trx.get<OrderRow>(sql`select * from orders where id = ${id}`)
  return trx.get<OrderRow>(
    sql`select o.* from orders o join order_items i on i.order_id = o.id where i.service_id = ${id}`,
  )
}

async function returnStockOf(trx: Trx, serviceId: string): Promise<void> {
  const item = await trx.get<OrderItemRow>(
    sql`select * from order_items where service_id = ${serviceId} and stock_held > 0`,
  )
  if (item) await returnHeld(trx, item)
  await freeOfService(trx, serviceId)
}
