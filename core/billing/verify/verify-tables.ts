import { sql, type Queries } from '../../db/index.ts'
import type { Finding } from './check.ts'

/** What SQLite says of its own file. PostgreSQL checks references with each write and its pages with its own tools. */
export async function verifyTables(queries: Queries): Promise<Finding[]> {
  if (queries.dialect !== 'sqlite') return []
  const broken = await queries.all<{ integrity_check: string }>(sql`pragma integrity_check(20)`)
  const lost = await queries.all<{ table: string; rowid: number | null; parent: string }>(
    sql`pragma foreign_key_check`,
  )
  return [
    ...broken
      .filter((row) => row.integrity_check !== 'ok')
      .map((row) => ({ check: 'database file is sound', id: 'database', problem: row.integrity_check })),
    ...lost.map((row) => ({
      check: 'every reference leads to a row',
      id: row.table,
      problem: `names a row of ${row.parent} that is not there`,
    })),
  ]
}
