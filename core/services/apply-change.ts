import { sql, type SqlValue, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../records/index.ts'
import { changeLifecycle } from './change-lifecycle.ts'
import { optionRows } from './create-services.ts'
import { lockService } from './load.ts'
import { spansText } from './prorate.ts'
import { reconcileDelivery } from './reconcile-delivery.ts'
import type { ChangeState } from './change-state.ts'
import type { ChangeRow, ServiceRow } from './rows.ts'

/** Makes a change true: prices, options and settings of the service, then the work at the provider. */
export async function applyChange(
  means: Means,
  trx: Trx,
  { change: row, service }: { change: ChangeRow; service: ServiceRow },
  actor: Actor,
): Promise<void> {
  const after = JSON.parse(row.after_state) as ChangeState
  await updateVersioned(means, trx, {
    table: 'services',
    what: 'service',
    row: service,
    set: columnsOf(after),
  })
  await trx.run(sql`delete from service_options where service_id = ${service.id}`)
  const options = after.options.map((option) => ({ ...option, amountMinor: BigInt(option.amountMinor) }))
  await trx.insert('service_options', optionRows(service.id, options))
  const change = { body: { service_id: service.id, kind: row.kind } }
  await applyTransition(means, trx, { lifecycle: changeLifecycle, row, name: 'apply', actor, change })
  await reconcileDelivery(means, trx, { serviceId: service.id, cause: row.id }, actor)
}

/** Applies what waited for an invoice that is paid now. A service that has ended meanwhile keeps its state. */
export async function applyPaidChanges(
  means: Means,
  trx: Trx,
  invoiceId: string,
  actor: Actor,
): Promise<void> {
  const changes = await trx.all<ChangeRow>(
    sql`select * from service_changes where invoice_id = ${invoiceId} and status = 'pending' order by id`,
  )
  for (const change of changes) {
    const service = await lockService(trx, change.service_id)
    if (service.billing_status === 'ended') continue
    await applyChange(means, trx, { change, service }, actor)
  }
}

function columnsOf(after: ChangeState): Record<string, SqlValue> {
  return {
    product_id: after.productId,
    cycle: after.cycle,
    price_id: after.priceId,
    ...(after.quantity === undefined ? {} : { quantity: after.quantity }),
    amount_minor: BigInt(after.amountMinor),
    recurring_minor: BigInt(after.recurringMinor),
    tax_class: after.taxClass,
    module_settings: JSON.stringify(after.moduleSettings),
    change_due: 1,
    ...(after.days === null
      ? {}
      : {
          anchor_on: after.days.anchorOn,
          period_index: after.days.periodIndex,
          charged_through: after.days.chargedThrough,
          next_period_on: after.days.chargedThrough,
          spans: spansText(after.days.spans),
        }),
  }
}
