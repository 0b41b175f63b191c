import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import { dayIn, periodStart, recurs, type Actor, type IsoDate } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { lockService } from './load.ts'
import type { ServiceRow } from './rows.ts'

export interface NextCharge {
  anchor_on: IsoDate
  period_index: number
  next_period_on: IsoDate
}

/** Pure: where charging goes on after what was charged last. Null for what does not recur or is planned already. */
export function nextChargeOf(service: ServiceRow): NextCharge | null {
  const { anchor_on, charged_through, next_period_on, cycle, zone, created_at } = service
  if (!recurs(cycle) || (next_period_on !== null && anchor_on !== null)) return null
  const startsOn = next_period_on ?? charged_through ?? anchor_on ?? dayIn(zone, created_at)
  if (anchor_on === null) return { anchor_on: startsOn, period_index: 0, next_period_on: startsOn }
  let index = 0
  while (periodStart(anchor_on, cycle, index) < startsOn) index++
  // A day that is no boundary of the old anchor becomes the anchor itself: nobody is charged for days twice.
  return periodStart(anchor_on, cycle, index) === startsOn
    ? { anchor_on, period_index: index, next_period_on: startsOn }
    : { anchor_on: startsOn, period_index: 0, next_period_on: startsOn }
}

/** Gives a service in force its next charge back. Answers null when it has one by now. */
export async function planNextCharge(
  means: Means,
  trx: Trx,
  serviceId: string,
  actor: Actor,
): Promise<NextCharge | null> {
  const row = await lockService(trx, serviceId)
  const next = row.billing_status === 'active' && row.cancel_on === null ? nextChargeOf(row) : null
  if (!next) return null
  await updateVersioned(means, trx, { table: 'services', what: 'service', row, set: { ...next } })
  const before = {
    anchor_on: row.anchor_on,
    period_index: row.period_index,
    next_period_on: row.next_period_on,
  }
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.plan_charge', before, after: next }])
  return next
}
