import type { Db, Trx } from './db.ts'
import { BreakingMigration } from './errors.ts'
import { execute } from './schema.ts'
import { sql } from './sql.ts'

export interface Migration {
  /** "0007_add_due_on": order and name for ever. */
  name: string
  /**
   * A breaking migration takes away what an older release still uses. It may come one release after the code stopped
   * using it (expand, then contract); older code refuses to start once it has run.
   */
  breaking: boolean
  load: () => Promise<{ up: (trx: Trx) => Promise<void> }>
}

const ADVISORY_LOCK = 7_316_204

/** Brings the database up to the list. Safe to call from many processes at once. Answers the names that ran now. */
export async function migrate(db: Db, migrations: readonly Migration[], now: string): Promise<string[]> {
  await db.transaction(createJournal)
  refuseUnknownBreaking(await applied(db), migrations)
  const ran: string[] = []
  for (const migration of migrations) {
    const done = await db.transaction((trx) => runOnce(trx, migration, now))
    if (done) ran.push(migration.name)
  }
  return ran
}

/** Whether every migration of the list has run: one cheap read at start. */
export async function isCurrent(db: Db, migrations: readonly Migration[]): Promise<boolean> {
  try {
    const rows = await applied(db)
    refuseUnknownBreaking(rows, migrations)
    const names = new Set(rows.map((row) => row.name))
    return migrations.every((migration) => names.has(migration.name))
  } catch (error) {
    if (/no such table|does not exist/.test(String(error))) return false
    throw error
  }
}

interface Applied {
  name: string
  breaking: number
}

function applied(db: Db): Promise<Applied[]> {
  return db.all<Applied>(sql`select name, breaking from migrations order by name`)
}

async function createJournal(trx: Trx): Promise<void> {
  await lock(trx)
  const type = trx.dialect === 'sqlite' ? 'text' : 'text collate "C"'
  const flag = trx.dialect === 'sqlite' ? 'integer' : 'bigint'
  await execute(
    trx,
    `create table if not exists migrations (name ${type} primary key, breaking ${flag} not null, ran_at ${type} not null)`,
  )
}

async function runOnce(trx: Trx, migration: Migration, now: string): Promise<boolean> {
  await lock(trx)
  const done = await trx.get(sql`select name from migrations where name = ${migration.name}`)
  if (done) return false
  const { up } = await migration.load()
  await up(trx)
  await trx.run(
    sql`insert into migrations (name, breaking, ran_at) values (${migration.name}, ${migration.breaking ? 1 : 0}, ${now})`,
  )
  return true
}

/** SQLite's transaction is already alone; PostgreSQL needs one lock for all installers. They wait for as long as it takes. */
async function lock(trx: Trx): Promise<void> {
  if (trx.dialect === 'sqlite') return
  await execute(trx, 'set local lock_timeout = 0')
  await trx.all(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`)
}

function refuseUnknownBreaking(rows: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = rows.find((row) => row.breaking === 1 && !known.has(row.name))
  if (unknown) throw BreakingMigration({ migration: unknown.name })
}
