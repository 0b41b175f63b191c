import type { RemoteAccount } from '../../../sdk/index.ts'
import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { targetSettings } from '../delivery-target.ts'
import type { ServiceFieldRow, ServiceOptionRow, ServiceRow } from '../rows.ts'
import type { KnownService } from './judge-accounts.ts'

/** The services whose ids a page of accounts names, by the provider's id or ours. Three statements. */
export async function readKnown(
  queries: Queries,
  accounts: readonly RemoteAccount[],
  { serverId, since }: { serverId: string; since: Instant },
): Promise<KnownService[]> {
  const remoteIds = accounts.map(({ remote_id }) => remote_id)
  const ours = accounts.flatMap(({ external_id }) => external_id ?? [])
  const rows = await queries.all<ServiceRow & { moved: number }>(sql`
    select s.*, case when ${hasMoved(since)} then 1 else 0 end as moved from services s
    where (s.server_id = ${serverId} and s.remote_id in (${list(remoteIds)})) or s.id in (${list(ours)})`)
  const ids = list(rows.map(({ id }) => id))
  const options = await queries.all<ServiceOptionRow>(
    sql`select * from service_options where service_id in (${ids}) order by service_id, option_id`,
  )
  const fields = await queries.all<ServiceFieldRow>(
    sql`select * from service_fields where service_id in (${ids}) order by service_id, field_id`,
  )
  const optionsOf = Map.groupBy(options, (row) => row.service_id)
  const fieldsOf = Map.groupBy(fields, (row) => row.service_id)
  return rows.map((row) => ({
    ...row,
    moved: row.moved === 1,
    settings: targetSettings(row, optionsOf.get(row.id) ?? [], fieldsOf.get(row.id) ?? []),
  }))
}

/** Of a service `s`: what the server told may be older than what was done to it. */
export const hasMoved = (since: Instant): Sql => sql`exists (
  select 1 from deliveries d where d.service_id = s.id and (d.status in ('open', 'waiting') or d.ended_at >= ${since}))`
