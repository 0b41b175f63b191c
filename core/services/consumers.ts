import { list, sql, type Trx } from '../db/index.ts'
import type { Consumer, StoredEvent } from '../events/index.ts'
import { systemActor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { applyPaidChanges, dropCreditedChanges } from './apply-change.ts'
import { endServices } from './end-service.ts'
import { liftHold } from './lift-hold.ts'
import { lockService } from './load.ts'
import type { ServiceRow } from './rows.ts'
import { billingLifecycle } from './service-lifecycle.ts'
import { startDelivery } from './start-delivery.ts'
import { isSuspected } from './suspicion.ts'

const actor = systemActor('services')

/** What services do when orders and invoices move. Each event carries `service_ids`. */
export function serviceConsumers(means: Means): Consumer[] {
  return [
    {
      name: 'services.paid',
      // With the first part of a plan what it is for is delivered; each part that comes late lifts the hold of debt.
      types: ['invoice.paid', 'instalment_plan.part_paid'],
      handle: (trx, event) => hearPaid(means, trx, event),
    },
    {
      name: 'services.ordered',
      types: ['order.placed', 'order.accepted', 'order.reserved'],
      handle: async (trx, event) => {
        await deliverOn(means, trx, event, MOMENTS[event.type] ?? 'payment')
        if (event.type === 'order.placed' && event.body.on_credit === true)
          await deliverOn(means, trx, event, 'payment')
      },
    },
    {
      name: 'services.order_cancelled',
      types: ['order.cancelled', 'order.rejected'],
      handle: (trx, event) => {
        const reason = event.type === 'order.rejected' ? 'The order was rejected' : 'The order was cancelled'
        return endServices(means, trx, { serviceIds: serviceIds(event), reason }, actor)
      },
    },
  ]
}

/** What is delivered then. Money that is reserved stands for a payment. */
const MOMENTS: Record<string, 'order' | 'acceptance'> = {
  'order.placed': 'order',
  'order.accepted': 'acceptance',
}

function serviceIds(event: StoredEvent): string[] {
  const ids = event.body.service_ids
  if (!Array.isArray(ids)) return []
  return (ids as unknown[]).filter((id): id is string => typeof id === 'string').sort()
}

async function hearPaid(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const ids = serviceIds(event)
  const invoiceId = typeof event.body.invoice_id === 'string' ? event.body.invoice_id : event.subject
  const indebted = await stillOverdue(means, trx, ids, event.subject)
  // A document that was credited as a whole is settled, and nothing of it was bought.
  const isBought = event.body.credited !== true
  for (const id of ids) {
    const known = await lockService(trx, id)
    const service = isBought ? await activate(means, trx, known) : known
    if (service.billing_status === 'ended' || service.billing_status === 'pending') continue
    if (isBought && service.delivery_status === 'none' && service.delivery_on === 'payment')
      await startUnlessSuspected(means, trx, service)
    // Only the hold of debt goes: what is held for abuse or by staff stays held.
    else if (!indebted.has(id)) await liftHold(means, trx, { service, reason: 'overdue' }, actor)
  }
  if (isBought) await applyPaidChanges(means, trx, invoiceId, actor)
  else await dropCreditedChanges(means, trx, invoiceId, actor)
}

async function activate(means: Means, trx: Trx, row: ServiceRow): Promise<ServiceRow> {
  if (row.billing_status !== 'pending') return row
  const change = { body: { order_item_id: row.order_item_id, product_id: row.product_id } }
  return applyTransition(means, trx, { lifecycle: billingLifecycle, row, name: 'activate', actor, change })
}

/** Services that another unpaid invoice still covers, or a late part of this one, its day being over in the service's own zone. */
async function stillOverdue(
  means: Means,
  trx: Trx,
  ids: readonly string[],
  paidId: string,
): Promise<ReadonlySet<string>> {
  const rows = await trx.all<{ id: string; zone: string; due_on: string }>(sql`
    select s.id, s.zone, min(coalesce(i.owed_on, i.due_on)) as due_on from services s
    join invoice_lines l on l.source_id = s.id join invoices i on i.id = l.invoice_id
    where s.id in (${list(ids)}) and i.status = 'issued' and i.origin <> 'change' and i.id <> ${paidId} group by s.id, s.zone`)
  return new Set(rows.filter((row) => row.due_on < means.business.today(row.zone)).map((row) => row.id))
}

async function deliverOn(
  means: Means,
  trx: Trx,
  event: StoredEvent,
  moment: 'order' | 'acceptance' | 'payment',
): Promise<void> {
  for (const id of serviceIds(event)) {
    const service = await lockService(trx, id)
    if (service.delivery_on !== moment || service.delivery_status !== 'none') continue
    if (service.billing_status === 'ended') continue
    // Who pays later has bought it all the same: its periods are charged on from now.
    const bought = moment === 'payment' ? await activate(means, trx, service) : service
    await startUnlessSuspected(means, trx, bought)
  }
}

async function startUnlessSuspected(means: Means, trx: Trx, service: ServiceRow): Promise<void> {
  if (await isSuspected(trx, service.id)) return
  await startDelivery(means, trx, { service, action: 'create' }, actor)
}
