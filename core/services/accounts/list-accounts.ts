import { sql, type Queries } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'
import type { AccountKind, ComparisonRow } from './rows.ts'

/** How the comparison of a server stands; undefined where there was none. */
export const comparisonOf = (queries: Queries, serverId: string): Promise<ComparisonRow | undefined> =>
  queries.get<ComparisonRow>(sql`select * from account_comparisons where server_id = ${serverId}`)

/** How many accounts of each kind wait for staff; `ignored` are those that staff leave as they are. */
export async function countAccounts(
  queries: Queries,
  serverId: string,
  actor: Actor,
): Promise<Map<AccountKind | 'ignored', number>> {
  const rows = await queries.all<{ kind: AccountKind | 'ignored'; many: number }>(sql`
    select case when a.note is null then a.kind else 'ignored' end as kind, count(*) as many from server_accounts a
    where a.server_id = ${serverId} and ${scoped(actor, { table: 'a', client: null })} group by 1`)
  return new Map(rows.map(({ kind, many }) => [kind, Number(many)]))
}
