import { list, sql, type SqlValue, type Trx } from '../db/index.ts'
import { changedBy, takeBackInvoice } from '../billing/index.ts'
import { saidIn } from '../events/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../records/index.ts'
import { changeLifecycle } from './change-lifecycle.ts'
import { freeOfChange, settleStock } from './change-stock.ts'
import { optionRows } from './create-services.ts'
import { lockService } from './load.ts'
import { spansText } from './prorate.ts'
import { countPeriods, type DiscountPeriods } from './service-discounts.ts'
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
  const stockHeld = await settleStock(trx, { change: row, service })
  await updateVersioned(means, trx, {
    table: 'services',
    what: 'service',
    row: service,
    set: { ...columnsOf(after), ...couponAfter(after, service), stock_held: stockHeld },
  })
  if (after.days !== null)
    await freePeriods(trx, {
      changeId: row.id,
      serviceId: service.id,
      from: after.days.beginsOn ?? after.days.anchorOn,
    })
  await countPeriods(trx, discountsAfter(after))
  await trx.run(sql`delete from service_options where service_id = ${service.id}`)
  const options = after.options.map((option) => ({ ...option, amountMinor: BigInt(option.amountMinor) }))
  await trx.insert('service_options', optionRows(service.id, options))
  const change = { body: { service_id: service.id, kind: row.kind } }
  await applyTransition(means, trx, { lifecycle: changeLifecycle, row, name: 'apply', actor, change })
  const applied = saidIn(trx, row.id)
  await reconcileDelivery(
    means,
    trx,
    { serviceId: service.id, ...(applied ? { cause: applied } : {}) },
    actor,
  )
}

/**
 * Periods that were charged ahead and are given back no longer stand in the way of those of the new cycle, which may
 * begin on the same days. What changes of before have moved of them goes with them.
 */
async function freePeriods(
  trx: Trx,
  { changeId, serviceId, from }: { changeId: string; serviceId: string; from: IsoDate },
): Promise<void> {
  const own = [`${changeId}:credit`, `${changeId}:charge`]
  await trx.run(sql`
    update charges set cause = ${changedBy(changeId)} || cause
    where source_id = ${serviceId} and kind in ('recurring', 'option', 'discount', 'change') and period_start >= ${from}
      and cause not in (${list(own)}) and cause not like 'changed/%' and cause not like 'dropped/%'`)
}

export const TOO_LATE = 'The service was charged again, or was cancelled, before the change was paid'

/**
 * Applies what waited for an invoice that is paid now. Its sum was for the periods charged at that time: when the
 * service was charged again meanwhile, or was cancelled, it stays as it is and the money is the client's credit.
 */
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
    if (isStale(change, service)) await takeBack(means, trx, change, actor)
    else await applyChange(means, trx, { change, service }, actor)
  }
}

/** Changes whose invoice was credited as a whole are not wanted any more. */
export async function dropCreditedChanges(
  means: Means,
  trx: Trx,
  invoiceId: string,
  actor: Actor,
): Promise<void> {
  const rows = await trx.all<ChangeRow>(
    sql`select * from service_changes where invoice_id = ${invoiceId} and status = 'pending' order by id`,
  )
  const reason = 'Its invoice was credited'
  for (const row of rows) {
    const change = { reason, body: { service_id: row.service_id } }
    const move = { lifecycle: changeLifecycle, row, name: 'cancel' as const, actor, change }
    await applyTransition(means, trx, { ...move, unasked: reason })
    await freeOfChange(trx, row)
  }
}

/** Whether the sum of a change that waits no longer fits its service. */
export function isStale(
  change: Pick<ChangeRow, 'before_state'>,
  service: Pick<ServiceRow, 'billing_status' | 'charged_through'>,
): boolean {
  const before = JSON.parse(change.before_state) as { chargedThrough: IsoDate | null }
  const leaves = service.billing_status === 'ending' || service.billing_status === 'ended'
  return leaves || service.charged_through !== before.chargedThrough
}

async function takeBack(means: Means, trx: Trx, row: ChangeRow, actor: Actor): Promise<void> {
  const change = { reason: TOO_LATE, body: { service_id: row.service_id } }
  const move = { lifecycle: changeLifecycle, row, name: 'cancel' as const, actor, change }
  await applyTransition(means, trx, { ...move, unasked: TOO_LATE })
  await freeOfChange(trx, row)
  await takeBackInvoice(means, trx, { invoiceId: row.invoice_id!, reason: TOO_LATE }, actor)
}

/** The period that a new cycle begins with is one of those that the coupon lowers; those that are given back are none. */
function couponAfter({ days }: ChangeState, service: ServiceRow): Record<string, SqlValue> {
  const left = service.coupon_cycles_left
  if (days === null || left === null) return {}
  return { coupon_cycles_left: left + (days.returned?.coupon ?? 0) - (days.counts?.coupon ? 1 : 0) }
}

function discountsAfter({ days }: ChangeState): DiscountPeriods {
  const used: Record<string, number> = {}
  for (const [id, periods] of Object.entries(days?.returned?.discounts ?? {})) used[id] = -periods
  for (const id of days?.counts?.discounts ?? []) used[id] = (used[id] ?? 0) + 1
  return used
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
          ...(after.days.left === undefined ? {} : { periods_left: after.days.left }),
        }),
  }
}
