import type { Db, Row, SqlValue } from '../../../core/db/index.ts'
import { makeDatabase, type Engine } from '../../support/databases.ts'
import { seed } from '../../services/fixture.ts'

interface Column {
  name: string
  type: string
  notnull: boolean
  preset: boolean
}

/** Enters a row of which only the columns that matter are given. */
export type Plant = (table: string, given: Row) => Promise<void>

/** A connection of its own, in which rows need not hang together. */
interface Loose {
  columns(table: string): Promise<Column[]>
  insert(table: string, row: Row): Promise<void>
  /** Takes all rows away. */
  empty(): Promise<void>
  close(): Promise<void>
}

export interface Ground {
  db: Db
  plant: Plant
}

const ON = '2026-01-15'
const AT = `${ON}T00:00:00.000Z`

/** What a column that must be filled is filled with when a test does not care; its name says what it holds. */
function filler({ name: column, type }: Column): SqlValue {
  if (column === 'version') return 1
  if (column === 'currency') return 'EUR'
  if (column.endsWith('_at')) return AT
  if (column.endsWith('_on')) return ON
  if (column === 'zone') return 'UTC'
  if (column === 'locale') return 'en'
  return /text|json/i.test(type) ? '{}' : 0
}

/**
 * Runs each act on ground of its own: a seeded installation and nothing else. On SQLite that is a file; on PostgreSQL,
 * which takes a second to make a database, it is one that is emptied.
 */
export async function openGrounds(engine: Engine) {
  const open = async () => {
    const { db, url, remove } = await makeDatabase(engine)
    const loose = await (engine === 'sqlite' ? looseSqlite(url) : loosePostgres(url))
    return { db, loose, remove: () => loose.close().then(remove) }
  }
  const shared = engine === 'postgres' ? await open() : undefined
  return {
    async on(act: (ground: Ground) => Promise<void>): Promise<void> {
      const { db, loose, remove } = shared ?? (await open())
      try {
        await loose.empty()
        await seed(db)
        await act({ db, plant: (table, given) => plant(loose, table, given) })
      } finally {
        if (!shared) await remove()
      }
    },
    close: async () => shared?.remove(),
  }
}

async function plant(loose: Loose, table: string, given: Row): Promise<void> {
  const columns = await loose.columns(table)
  const needed = columns.filter((one) => one.notnull && !one.preset)
  const known = new Set(columns.map((one) => one.name))
  const scope = Object.entries({ brand_id: 'brd_a', client_id: 'cli_a' }).filter(([key]) => known.has(key))
  await loose.insert(table, {
    ...Object.fromEntries(needed.map((one) => [one.name, filler(one)])),
    ...Object.fromEntries(scope),
    ...given,
  })
}

async function looseSqlite(url: string): Promise<Loose> {
  const { default: Database } = await import('better-sqlite3')
  const file = new Database(url.slice('sqlite:'.length))
  file.pragma('foreign_keys = off')
  file.pragma('ignore_check_constraints = on')
  return {
    columns: (table) => {
      const columns = file.pragma(`table_info(${table})`) as (Column & { dflt_value: string | null })[]
      const of = columns.map((one) => ({
        ...{ name: one.name, type: one.type },
        ...{ notnull: Boolean(one.notnull), preset: one.dflt_value !== null },
      }))
      return Promise.resolve(of)
    },
    insert: (table, row) => {
      const names = Object.keys(row)
      file
        .prepare(`insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`)
        .run(Object.values(row))
      return Promise.resolve()
    },
    // A file of its own has nothing in it.
    empty: () => Promise.resolve(),
    close: () => Promise.resolve(void file.close()),
  }
}

/** A replica's session looks at no foreign key; what a column may hold is looked at by all, so that goes. */
async function loosePostgres(url: string): Promise<Loose> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`set session_replication_role = replica; do $$ declare c record; begin
    for c in select conrelid::regclass as t, conname from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace
    loop execute format('alter table %s drop constraint %I', c.t, c.conname); end loop; end $$`)
  return {
    columns: async (table) =>
      (
        await client.query<Column>(
          `select column_name as name, data_type as type, is_nullable = 'NO' as notnull, column_default is not null as preset
          from information_schema.columns where table_schema = 'public' and table_name = $1`,
          [table],
        )
      ).rows,
    insert: async (table, row) => {
      const names = Object.keys(row)
      const places = names.map((_, i) => `$${i + 1}`).join(', ')
      await client.query(`insert into ${table} (${names.join(', ')}) values (${places})`, Object.values(row))
    },
    async empty() {
      const { rows } = await client.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public'`,
      )
      await client.query(rows.map(({ name }) => `delete from ${name}`).join(';'))
    },
    close: () => client.end(),
  }
}
