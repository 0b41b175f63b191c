import type { RemoteAccount } from '../../../sdk/index.ts'
import { list, sql, type Sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import type { ServerRow } from '../rows.ts'
import { judgeAccount } from './judge-accounts.ts'
import { hasMoved, readKnown } from './read-known.ts'
import type { ComparisonRow, ServerAccountRow } from './rows.ts'

export interface Page {
  server: ServerRow
  comparison: ComparisonRow
}

type Found = Omit<ServerAccountRow, 'id' | 'round' | 'note' | 'noted_by' | 'problem' | 'found_at'>

/** Writes a page of accounts with what is said of each. Of one that is told twice, the last word counts. */
export async function keepAccounts(
  means: Means,
  trx: Trx,
  page: Page,
  told: readonly RemoteAccount[],
): Promise<void> {
  if (told.length === 0) return
  const { server, comparison } = page
  const accounts = [...new Map(told.map((account) => [account.remote_id, account])).values()]
  const place = { serverId: server.id, instanceId: server.instance_id }
  const services = await readKnown(trx, accounts, { serverId: server.id, since: comparison.started_at })
  const byRemote = Map.groupBy(services, ({ remote_id }) => remote_id)
  const byId = new Map(services.map((service) => [service.id, service]))
  const found = accounts.map((account): Found => {
    const named = byId.get(account.external_id ?? '')
    const candidates = [...(byRemote.get(account.remote_id) ?? []), ...(named ? [named] : [])]
    const { differs, ...judged } = judgeAccount(account, candidates, place)
    const { remote_id, external_id = null, name, state, product = null } = account
    const facts = { server_id: server.id, remote_id, external_id, name, state, product }
    return { ...facts, ...judged, differs: JSON.stringify(differs) }
  })
  const which = sql`server_id = ${server.id} and remote_id in (${list(accounts.map(({ remote_id }) => remote_id))})`
  await replace(means, trx, { page, which, found }, ({ remote_id }) => remote_id!)
}

/** The end of the list: what was not told is gone, and services that no account stands for are missing. */
export async function keepMissing(means: Means, trx: Trx, page: Page): Promise<void> {
  const { server, comparison } = page
  const of = sql`server_id = ${server.id}`
  await trx.run(
    sql`delete from server_accounts where ${of} and kind <> 'missing' and round <> ${comparison.round}`,
  )
  const found = await trx.all<Found>(sql`
    select s.server_id, s.brand_id, s.client_id, s.id as service_id, null as remote_id, null as external_id,
      s.label as name, null as state, null as product, 'missing' as kind, '[]' as differs
    from services s where s.server_id = ${server.id} and s.instance_id = ${server.instance_id}
      and s.delivery_status in ('live', 'suspended') and s.billing_status <> 'ended' and not ${hasMoved(comparison.started_at)}
      and not exists (select 1 from server_accounts a where a.server_id = s.server_id and a.service_id = s.id
        and a.kind in ('agrees', 'differs')) order by s.id`)
  const which = sql`${of} and kind = 'missing'`
  await replace(means, trx, { page, which, found }, ({ service_id }) => service_id!)
}

interface Replaced {
  page: Page
  /** The rows in whose place others come; thousands may be missing, so they are not named one by one. */
  which: Sql
  found: readonly Found[]
}

/** What is said again keeps its id, its day and what staff noted of it. */
async function replace(
  means: Means,
  trx: Trx,
  { page, which, found }: Replaced,
  keyOf: (row: Found) => string,
): Promise<void> {
  const known = await trx.all<ServerAccountRow>(sql`select * from server_accounts where ${which}`)
  const before = new Map(known.map((row) => [keyOf(row), row]))
  await trx.run(sql`delete from server_accounts where ${which}`)
  const rows = found.map((row): ServerAccountRow => {
    const old = before.get(keyOf(row))
    const isSame = old?.kind === row.kind && old.service_id === row.service_id && old.differs === row.differs
    return {
      ...row,
      id: old?.id ?? means.newId('sac'),
      round: page.comparison.round,
      note: isSame ? old.note : null,
      noted_by: isSame ? old.noted_by : null,
      problem: isSame ? old.problem : null,
      found_at: isSame ? old.found_at : means.business.now(),
    }
  })
  await trx.insert('server_accounts', rows)
}
