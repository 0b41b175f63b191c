import { eachByItself } from '../billing/index.ts'
import { moveIn } from '../clients/index.ts'
import { all, sql } from '../db/index.ts'
import { instant, systemActor, toMs } from '../kernel/index.ts'
import { defineSetting, scopedSetting, type Means } from '../records/index.ts'
import { Type } from '../../sdk/index.ts'

const actor = systemActor('idle_clients')
const DAILY = { refusal: 'client.close_refused', failure: 'client.close_failed', actor }
const BATCH = 200
const DAY_MS = 86_400_000

export const closeIdleAfter = defineSetting({
  key: 'client.close_idle_after',
  schema: Type.Integer({ minimum: 0, maximum: 3_650 }),
  preset: 0,
  scopes: ['installation', 'brand'],
})

/**
 * Closes clients who have had nothing for so many days: no service, no open document, no credit, and nothing that was
 * issued or ended since. 0 days: none. A client's own switch keeps it open. Answers how many.
 */
export async function closeIdleClients(means: Means): Promise<number> {
  const rule = await scopedSetting(means.db, closeIdleAfter)
  let closed = 0
  for (const days of rule.values.filter((value) => value > 0)) {
    const before = instant(toMs(means.business.now()) - days * DAY_MS)
    const idle = all([sql`c.status = 'active'`, sql`c.auto_close = 1`, sql`c.created_at < ${before}`])
    const rows = await means.db.all<{ id: string }>(sql`
      select c.id from clients c where ${idle} and ${rule.has(days, { brand: sql`c.brand_id` })}
        and not exists (select 1 from services s where s.client_id = c.id and (s.billing_status <> 'ended' or s.updated_at >= ${before}))
        and not exists (select 1 from invoices i where i.client_id = c.id and (i.status in ('issued', 'draft') or i.created_at >= ${before}))
        and not exists (select 1 from postings p where p.client_id = c.id and p.account = 'client_credit' group by p.currency having sum(p.amount_minor) <> 0)
      order by c.id limit ${BATCH}`)
    const reason = `Nothing for ${days} days`
    for (const { id } of rows)
      closed += await eachByItself(means, { ...DAILY, ids: [id] }, async (trx) => {
        await moveIn(means, trx, { transition: 'close', client_id: id, reason }, actor)
        return 1
      })
  }
  return closed
}
