import { sql, type Trx } from '../../db/index.ts'
import { addDays, type Actor } from '../../kernel/index.ts'
import { scopedSetting, type Means } from '../../records/index.ts'
import type { BilledDay } from '../ports.ts'
import { eachByItself } from '../run/each-by-itself.ts'
import { ofBrands } from '../run/zones.ts'
import { instalmentGrace } from '../settings.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { stopInstalments } from './end-instalments.ts'

const BATCH = 200

/** A part that is not paid within its days breaks the plan: from then on the whole rest is owed. Answers how many. */
export async function breakInstalments(means: Means, day: BilledDay, actor: Actor): Promise<number> {
  const grace = await scopedSetting(means.db, instalmentGrace)
  let broken = 0
  for (const days of grace.values) {
    if (days === 0) continue
    const among = grace.has(days, { brand: sql`i.brand_id`, client: sql`i.client_id` })
    for (let after = ''; ;) {
      const rows = await means.db.all<{ id: string }>(sql`
        select i.id from instalment_plans p join invoices i on i.id = p.invoice_id
        where p.status = 'active' and i.status = 'issued' and i.id > ${after} and i.owed_on <= ${addDays(day.on, -days)} and ${among} and ${ofBrands(sql`i.brand_id`, day.brandIds)}
        order by i.id limit ${BATCH}`)
      const ids = rows.map(({ id }) => id)
      const act = { refusal: 'instalment_plan.break_refused', failure: 'instalment_plan.break_failed', actor }
      broken += await eachByItself(means, { ...act, ids }, (trx, found) =>
        breakAll(means, trx, { ids: found, days }, actor),
      )
      if (rows.length < BATCH) break
      after = ids.at(-1)!
    }
  }
  return broken
}

async function breakAll(
  means: Means,
  trx: Trx,
  { ids, days }: { ids: readonly string[]; days: number },
  actor: Actor,
): Promise<number> {
  let broken = 0
  for (const id of ids) {
    const invoice = await lockInvoice(trx, id)
    const reason = `The part of ${invoice.owed_on} was not paid within ${days} days`
    if (await stopInstalments(means, trx, { invoice, name: 'break', reason }, actor)) broken += 1
  }
  return broken
}
