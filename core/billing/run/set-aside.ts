import { list, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { tellStaff } from '../tell-staff.ts'
import type { RunRow } from './run-row.ts'
import { ofBrands } from './zones.ts'

/** A client is parked until staff have looked, or postponed until the next run. */
export async function setAside(
  means: Means,
  trx: Trx,
  of: { clientId: string; runId: string; reason: string; postponed: boolean },
): Promise<void> {
  await trx.run(sql`
    insert into parked_clients (client_id, run_id, reason, parked_at, attempts, postponed)
    values (${of.clientId}, ${of.runId}, ${of.reason}, ${means.business.now()}, 1, ${of.postponed ? 1 : 0})
    on conflict (client_id) do update set run_id = excluded.run_id, reason = excluded.reason, postponed = excluded.postponed,
      attempts = parked_clients.attempts + 1`)
}

/** The condition that a person has to look at a client first. */
export const isParked = (clientId: Sql): Sql =>
  sql`exists (select 1 from parked_clients x where x.client_id = ${clientId} and x.postponed = 0)`

/** Told once, when the first is postponed; again only when all of them were billed meanwhile. */
export async function tellOfPostponed(
  means: Means,
  trx: Trx,
  { id, as_of_on }: Pick<RunRow, 'id' | 'as_of_on'>,
  reason: string,
): Promise<void> {
  const known = await trx.get(sql`select client_id from parked_clients where postponed = 1 limit 1`)
  if (known) return
  await tellStaff(means, trx, {
    ...{ brandId: null, permission: 'billing.preview', template: 'billing-postponed', subject: id },
    key: `billing-postponed/${id}`,
    data: { url: '/admin/billing', problem: reason, day: as_of_on },
  })
}

/** Those that no person has to look at first, and who of them was postponed before. The clients are in order. */
export async function withoutStanding(
  queries: Queries,
  clientIds: readonly string[],
): Promise<{ billable: string[]; retried: string[] }> {
  // Few are ever set aside: to name all clients costs more than to read those between the first and the last.
  const rows = await queries.all<{ client_id: string; postponed: number }>(sql`
    select client_id, postponed from parked_clients where client_id between ${clientIds[0]!} and ${clientIds.at(-1)!}`)
  const aside = new Map(rows.map((row) => [row.client_id, row.postponed === 1]))
  return {
    billable: clientIds.filter((id) => aside.get(id) !== false),
    retried: clientIds.filter((id) => aside.get(id) === true),
  }
}

export async function takeBack(trx: Trx, clientIds: readonly string[]): Promise<void> {
  if (clientIds.length > 0)
    await trx.run(sql`delete from parked_clients where postponed = 1 and client_id in (${list(clientIds)})`)
}

/** At the end of a run: whom it did not postpone again owes nothing that waits. */
export async function forgetPostponed(
  queries: Queries,
  runId: string,
  brandIds: readonly string[] | null,
): Promise<void> {
  await queries.run(sql`
    delete from parked_clients where postponed = 1 and run_id <> ${runId}
      and client_id in (select id from clients where ${ofBrands(sql`brand_id`, brandIds)})`)
}
