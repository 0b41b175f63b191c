import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import type { ServiceRow } from '../rows.ts'

/** A service with what moves with it, the whole first: its parts, and what it gave the client for nothing, with theirs. */
export async function familyOf(
  queries: Queries,
  whole: ServiceRow,
  lock: Sql = sql``,
): Promise<ServiceRow[]> {
  const gifts = await queries.all<{ id: string }>(sql`
    select distinct d.service_id as id from service_bonds b join service_discounts d on d.bond_id = b.bond_id
    where b.service_id = ${whole.id} and d.cause = 'gift' and d.ended_at is null and d.service_id <> ${whole.id}`)
  const roots = [whole.id, ...gifts.map(({ id }) => id)]
  const rows = await queries.all<ServiceRow>(sql`
    select * from services where (id in (${list(roots)}) or parent_id in (${list(roots)}))
      and client_id = ${whole.client_id} and billing_status <> 'ended' order by id ${lock}`)
  const first = rows.find(({ id }) => id === whole.id) ?? whole
  return [first, ...rows.filter(({ id }) => id !== whole.id)]
}
