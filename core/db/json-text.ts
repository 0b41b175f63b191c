import type { Dialect } from './db.ts'
import { sql, type Sql } from './sql.ts'

/** A text out of a JSON column; '' where it is missing, so that groups can be compared. */
export function jsonText(dialect: Dialect, column: Sql, key: string): Sql {
  return dialect === 'postgres'
    ? sql`coalesce(cast(${column} as json) ->> ${key}::text, '')`
    : sql`coalesce(${column} ->> ${key}, '')`
}
