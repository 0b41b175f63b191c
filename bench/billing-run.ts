import { benchGrowth } from './billing/growth.ts'
import { benchFullOnPostgres, benchOnPostgres } from './billing/on-postgres.ts'
import { benchFullOnSqlite, benchOnSqlite } from './billing/on-sqlite.ts'
import { benchPageWait } from './billing/page-wait.ts'
import type { Judged } from './figure.ts'

const ALL = [
  benchOnSqlite,
  benchFullOnSqlite,
  benchOnPostgres,
  benchFullOnPostgres,
  benchGrowth,
  benchPageWait,
]

/** Everything that is asked of the billing run. */
export async function benchBillingRun(): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const bench of ALL) judged.push(...(await bench()))
  return judged
}
