import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import {
  addDays,
  addMonths,
  dayIn,
  isMetered,
  periodStart,
  recurs,
  type Actor,
  type Instant,
  type IsoDate,
} from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { nextDayOf } from './first-term.ts'
import { lockService } from './load.ts'
import type { ServiceRow } from './rows.ts'

export interface NextCharge {
  anchor_on: IsoDate
  period_index: number
  next_period_on: IsoDate
  /** From when on hours count, of what is charged by them. */
  metered_until?: Instant
}

/** Pure: where charging goes on after what was charged last. Null for what is charged once or planned already. */
export function nextChargeOf(service: ServiceRow): NextCharge | null {
  const { anchor_on, charged_through, next_period_on, cycle, zone, created_at } = service
  if (next_period_on !== null && anchor_on !== null) return null
  if (isMetered(cycle)) return nextHoursOf(service)
  if (!recurs(cycle)) return null
  const startsOn = next_period_on ?? charged_through ?? anchor_on ?? dayIn(zone, created_at)
  if (anchor_on === null) return { anchor_on: startsOn, period_index: 0, next_period_on: startsOn }
  let index = 0
  while (periodStart(anchor_on, cycle, index) < startsOn) index++
  // A day that is no boundary of the old anchor becomes the anchor itself: nobody is charged for days twice.
  return periodStart(anchor_on, cycle, index) === startsOn
    ? { anchor_on, period_index: index, next_period_on: startsOn }
    : { anchor_on: startsOn, period_index: 0, next_period_on: startsOn }
}

/**
 * Hours go on from where the meter stood, so that none is charged twice or given away: on the billing day a month after
 * the last one, else on the first of a month, as for a new service without terms.
 */
function nextHoursOf(service: ServiceRow): NextCharge {
  const { anchor_on, charged_through, next_period_on, zone, created_at, period_index } = service
  const createdOn = dayIn(zone, created_at)
  const first = nextDayOf(1, addDays(createdOn, 1))
  return {
    ...{ anchor_on: anchor_on ?? createdOn, period_index },
    next_period_on: next_period_on ?? (charged_through === null ? first : addMonths(charged_through, 1)),
    metered_until: service.metered_until ?? created_at,
  }
}

/** Gives a service in force its next charge back. Answers null when it has one by now. */
export async function planNextCharge(
  means: Means,
  trx: Trx,
  serviceId: string,
  actor: Actor,
): Promise<NextCharge | null> {
  const row = await lockService(trx, serviceId)
  const meant = row.billing_status === 'active' && row.cancel_on === null && row.paused_on === null
  const next = meant ? nextChargeOf(row) : null
  if (!next) return null
  await updateVersioned(means, trx, { table: 'services', what: 'service', row, set: { ...next } })
  const before = {
    anchor_on: row.anchor_on,
    period_index: row.period_index,
    next_period_on: row.next_period_on,
    ...(next.metered_until === undefined ? {} : { metered_until: row.metered_until }),
  }
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.plan_charge', before, after: next }])
  return next
}
