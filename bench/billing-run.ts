import { benchGrowth } from './billing/growth.ts'
import { benchOnPostgres } from './billing/on-postgres.ts'
import { benchOnSqlite } from './billing/on-sqlite.ts'
import { benchPageWait } from './billing/page-wait.ts'
import type { Judged } from './figure.ts'

/** Everything that is asked of the billing run. */
export async function benchBillingRun(): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const bench of [benchOnSqlite, benchOnPostgres, benchGrowth, benchPageWait])
    judged.push(...(await bench()))
  return judged
}
