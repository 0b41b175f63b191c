import { list, sql, type Db } from '../../core/db/index.ts'
import { netOf } from '../../core/services/plan-periods.ts'
import { pricedFactsOf } from '../../core/services/priced-facts.ts'

/** What the present period of each service is worth when it is given back: as it was charged, not as it is listed. */
export async function chargedValue(db: Db, ids: readonly string[]): Promise<bigint[]> {
  const services = await db.all<{ id: string; currency: string; recurring_minor: bigint }>(
    sql`select id, currency, recurring_minor from services where id in (${list(ids)})`,
  )
  const facts = await pricedFactsOf(db, services)
  const values = new Map(
    services.map((row) => [row.id, netOf(row.recurring_minor, row.currency, facts(row.id))]),
  )
  return ids.map((id) => values.get(id)!)
}
