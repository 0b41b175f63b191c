import type { Queries } from './db.ts'
import { name, sql } from './sql.ts'

/** A table that has grown by less is planned well enough by what is known of it. */
const CHANGED_ROWS = 10_000

/**
 * Before statements over whole tables: PostgreSQL plans them by figures that it brings up to date by itself about once a
 * minute. Right after a large run these still speak of empty tables, and what takes a second would take hours.
 */
export async function refreshFigures(queries: Queries): Promise<void> {
  if (queries.dialect !== 'postgres') return
  const stale = await queries.all<{ relname: string }>(sql`
    select relname from pg_stat_user_tables
    where schemaname = current_schema() and n_mod_since_analyze > greatest(${CHANGED_ROWS}, n_live_tup / 10) order by relname`)
  for (const { relname } of stale) await queries.run(sql`analyze ${name(relname)}`)
}
