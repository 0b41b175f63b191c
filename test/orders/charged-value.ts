import { list, sql, type Db } from '../../core/db/index.ts'
import { addDays } from '../../core/kernel/index.ts'
import { lowered } from '../../core/services/plan-periods.ts'
import { pricedFactsOf } from '../../core/services/priced-facts.ts'
import type { ServiceRow } from '../../core/services/index.ts'
import { chargedSpans } from '../../core/services/prorate.ts'
import { chargedOf } from '../../core/services/plan-change.ts'

/** What the present period of each service is worth when it is given back: as it was charged, not as it is listed. */
export async function chargedValue(db: Db, ids: readonly string[]): Promise<bigint[]> {
  const services = await db.all<ServiceRow>(sql`select * from services where id in (${list(ids)})`)
  const values = new Map<string, bigint>()
  for (const service of services) {
    const on = addDays(service.charged_through!, -1)
    const facts = await pricedFactsOf(db, [service], on)
    const [span] = chargedSpans(chargedOf(service)!, on)
    values.set(service.id, lowered(service.recurring_minor, facts(service.id).loweredIn(span!)))
  }
  return ids.map((id) => values.get(id)!)
}
