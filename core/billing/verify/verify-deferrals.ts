import { sql, type Queries } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { account } from '../ledger.ts'
import { balancesBefore } from '../closing/balances.ts'
import { deferredAt } from '../closing/defer-income.ts'
import type { LedgerMonthRow } from '../closing/ledger-month.ts'
import type { Finding } from './check.ts'

/** The deferred accounts at the end of each month that was closed with deferral, against the lines themselves. */
export async function verifyDeferrals(queries: Queries): Promise<Finding[]> {
  const months = await queries.all<LedgerMonthRow>(sql`
    select m.* from ledger_months m where m.status = 'closed'
      and exists (select 1 from income_deferrals d where d.month_id = m.id and d.undone_at is null) order by m.id`)
  const findings: Finding[] = []
  for (const month of months) {
    for (const problem of await differences(queries, month))
      findings.push({ check: 'deferred income is what later days will earn', id: month.id, problem })
  }
  return findings
}

async function differences(
  queries: Queries,
  { brand_id, ends_on, month }: LedgerMonthRow,
): Promise<string[]> {
  const query = { actor: systemActor('verify'), brandId: brand_id }
  const held = new Map(
    (await balancesBefore(queries, ends_on, query))
      .filter((row) => row.account.startsWith(account.deferred('')))
      .map((row) => [`${row.account} ${row.currency}`, -row.balance_minor]),
  )
  const wanted = new Map<string, bigint>()
  for (const [currency, kinds] of await deferredAt(queries, brand_id, ends_on))
    for (const [kind, minor] of kinds) wanted.set(`${account.deferred(kind)} ${currency}`, minor)
  return [...new Set([...held.keys(), ...wanted.keys()])]
    .filter((key) => (held.get(key) ?? 0n) !== (wanted.get(key) ?? 0n))
    .map((key) => `${month}: ${key} holds ${held.get(key) ?? 0n}, the lines say ${wanted.get(key) ?? 0n}`)
}
