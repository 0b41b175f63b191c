import { name, sql, type Db } from '../../../core/db/index.ts'

/** Who came by and what was refused may be written down whatever is asked for. */
const LEFT_OUT = new Set(['api_keys', 'audit', 'sessions', 'idempotency_keys', 'rate_limits'])

/** Answers, each time it is asked, what was written since: none when no row is new, changed or gone. */
export async function watchDatabase(db: Db): Promise<() => Promise<string[]>> {
  let before = await wholeDatabase(db)
  return async () => {
    const now = await wholeDatabase(db)
    const changed = [
      ...[...now].filter((row) => !before.has(row)),
      ...[...before].filter((row) => !now.has(row)),
    ]
    before = now
    return changed
  }
}

/** Every row of every table, as text. */
async function wholeDatabase(db: Db): Promise<ReadonlySet<string>> {
  const tables = await db.all<{ name: string }>(
    db.dialect === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table' order by name`
      : sql`select table_name as name from information_schema.tables where table_schema = current_schema() order by table_name`,
  )
  const lines = new Set<string>()
  for (const table of tables) {
    if (LEFT_OUT.has(table.name)) continue
    const rows = await db.all(sql`select * from ${name(table.name)}`)
    for (const row of rows) lines.add(`${table.name} ${written(row)}`)
  }
  return lines
}

const written = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
