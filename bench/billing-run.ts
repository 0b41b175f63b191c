import { benchOnPostgres } from './billing/on-postgres.ts'
import { benchOnSqlite } from './billing/on-sqlite.ts'
import type { Judged } from './figure.ts'

/** Everything that is asked of the billing run. */
export async function benchBillingRun(): Promise<Judged[]> {
  return [...(await benchOnSqlite()), ...(await benchOnPostgres())]
}
