import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { stepName } from './owed-on.ts'
import type { InvoiceRow } from '../invoice.ts'
import { RETRIES_MAX } from '../settings.ts'
import { triesMade } from './retry-plan.ts'

/** Whoever lets one debit after another come back gains no more days. */
const RETURNS_MAX = 3

/** The outcome of the acts that stand for tries made before: they are not made again. */
const RETURNED = 'returned'

export interface Returned {
  invoice: InvoiceRow
  on: IsoDate
  /** Whether it may be tried again by itself, by what is left of its plan. */
  isRetried: boolean
}

/**
 * Money that had been under way was returned: notices, days of grace and what is left of the plan count from that day.
 * Its holder did not know before that nothing would come.
 */
export async function oweAgain(
  means: Means,
  trx: Trx,
  { invoice, on, isRetried }: Returned,
  actor: Actor,
): Promise<void> {
  if (invoice.status !== 'issued' || on <= (invoice.owed_on ?? invoice.due_on)) return
  if ((await returnsOf(trx, invoice.id)) >= RETURNS_MAX) return
  const most = RETRIES_MAX + 1
  const made = isRetried ? await triesMade(trx, invoice, most) : most
  const now = means.business.now()
  await trx.run(sql`update invoices set owed_on = ${on} where id = ${invoice.id}`)
  for (let n = 1; n <= Math.max(1, made); n++)
    // A day may be that of a return again: a part that was paid has brought back the day before it.
    await trx.run(sql`
      insert into automated_acts (task, subject, period, outcome, acted_at)
      values ('charge', ${invoice.id}, ${stepName(`try_${n}`, { owed_on: on })}, ${RETURNED}, ${now})
      on conflict (task, subject, period) do nothing`)
  const scope = { subject: invoice.id, brandId: invoice.brand_id, clientId: invoice.client_id }
  const before = { owed_on: invoice.owed_on }
  await recordAudit(means, trx, actor, [
    { ...scope, action: 'invoice.owe_again', before, after: { owed_on: on } },
  ])
}

/** Whether the day from which a document is owed is that of a return. */
export async function isOwedAgain(trx: Trx, { id, owed_on }: InvoiceRow): Promise<boolean> {
  const act = await trx.get(sql`
    select outcome from automated_acts
    where task = 'charge' and subject = ${id} and period = ${stepName('try_1', { owed_on })} and outcome = ${RETURNED}`)
  return owed_on !== null && act !== undefined
}

async function returnsOf(trx: Trx, invoiceId: string): Promise<number> {
  const rows = await trx.all(sql`
    select period from automated_acts
    where task = 'charge' and subject = ${invoiceId} and period like 'try_1/%' and outcome = ${RETURNED}`)
  return rows.length
}
