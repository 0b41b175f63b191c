import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import { addDays, daysBetween, maxDay, recurs, type Actor, type IsoDate } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { ChangeNotPossible } from './errors.ts'
import { lockFamily, lockService } from './load.ts'
import { setDays } from './move-renewal.ts'
import { chargedOf, type NewDays } from './plan-change.ts'
import { chargedSpans, type Span } from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import type { PausePolicy } from './settings.ts'
import { termsOf } from './terms.ts'

/**
 * Stops the charging of a service and its parts from today on, where the shop does not charge while a client rests a
 * service. What is on an unpaid document has to be paid first: a pause is no way around a debt.
 */
export async function stopCharging(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const { pause } = await termsOf(trx, service)
  if (pause === 'charge' || service.billing_status !== 'active') return
  for (const row of await lockFamily(trx, service)) {
    if (row.next_period_on === null || row.paused_on !== null || !recurs(row.cycle)) continue
    await refuseIndebted(trx, row)
    const set = { paused_on: means.business.today(row.zone), next_period_on: null }
    await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
    const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
    const before = { next_period_on: row.next_period_on }
    await recordAudit(means, trx, actor, [{ ...scope, action: 'service.stop_charging', before, after: set }])
  }
}

async function refuseIndebted(trx: Trx, { id }: ServiceRow): Promise<void> {
  const unpaid = await trx.get<{ number: string }>(sql`
    select i.number from invoices i join invoice_lines l on l.invoice_id = i.id
    where l.source_id = ${id} and i.status = 'issued' and i.kind = 'invoice' order by i.id limit 1`)
  if (unpaid) throw ChangeNotPossible({ id, reason: `the invoice ${unpaid.number} is not paid yet.` })
}

/** Charging goes on from today, with the time that was paid for as the shop's rule of pauses leaves it. */
export async function startCharging(means: Means, trx: Trx, serviceId: string, actor: Actor): Promise<void> {
  const service = await lockService(trx, serviceId)
  const { pause } = await termsOf(trx, service)
  for (const row of await lockFamily(trx, service)) {
    if (row.paused_on === null || row.billing_status === 'ended') continue
    const days = daysAfterPause(row, means.business.today(row.zone), pause)
    await setDays(means, trx, row, days)
    const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
    const before = { paused_on: row.paused_on, charged_through: row.charged_through }
    const after = { next_period_on: days.chargedThrough }
    await recordAudit(means, trx, actor, [{ ...scope, action: 'service.start_charging', before, after }])
  }
}

/**
 * "stretch" keeps the paid time: all of it lies later by the days on which the service did not run at all; those of the
 * pause and of the return count as used. "restart" lets it run: after its end a new period begins on the day of the
 * return, before its end nothing changes.
 */
export function daysAfterPause(row: ServiceRow, today: IsoDate, policy: PausePolicy): NewDays {
  const charged = chargedOf(row)!
  const through = row.charged_through!
  const rested = daysBetween(row.paused_on!, today) - 1
  const by = policy === 'stretch' && rested > 0 ? rested : 0
  if (by > 0) {
    const spans = chargedSpans(charged, row.paused_on!)
    const from = maxDay(addDays(through, by), today)
    return {
      anchorOn: from,
      periodIndex: 0,
      chargedThrough: from,
      spans: spans.map((span) => later(span, by)),
    }
  }
  if (through > today)
    return {
      anchorOn: charged.anchorOn,
      periodIndex: charged.periodIndex,
      chargedThrough: through,
      spans: charged.spans,
    }
  return { anchorOn: today, periodIndex: 0, chargedThrough: today, spans: [] }
}

const later = (span: Span, by: number): Span => ({
  from: addDays(span.from, by),
  to: addDays(span.to, by),
  baseFrom: addDays(span.baseFrom, by),
  baseTo: addDays(span.baseTo, by),
})
