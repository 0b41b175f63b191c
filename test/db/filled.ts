import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execute, openSqlite, type Db, type Row, type Trx } from '../../core/db/index.ts'
import { makeDatabase, type Engine } from '../support/databases.ts'

/** What a table holds, in an order in which neither engine's triggers refuse it. */
interface Kept {
  columns: string[]
  rows: (string | number | null)[][]
}

/** The last migration that the kept shop has seen. */
export const KEPT_AT = '0037_plugin_upgrades'
/** The day after the last one that it has lived. */
export const NEXT_DAY = '2026-05-24'

/**
 * A shop of 136 days as a simulated story left it (`npm run simulate -- --keep`) when the schema ended with KEPT_AT:
 * renewals, changes, refunds, a dispute, discounts and closed months. Of the daily usage a few rows are kept.
 */
export function keptShop(): Record<string, Kept> {
  const file = join(import.meta.dirname, 'filled-0037.json.gz')
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<string, Kept>
}

/** Writes the rows past the foreign keys, which are whole again at the end, and on PostgreSQL past the triggers. */
export async function fill(db: Db, shop: Readonly<Record<string, Kept>>): Promise<void> {
  await db.transaction(async (trx) => {
    await execute(
      trx,
      trx.dialect === 'sqlite'
        ? 'pragma defer_foreign_keys = on'
        : 'set local session_replication_role = replica',
    )
    // The balance of a journal is looked at when it is written: its postings come first.
    const tables = Object.keys(shop).sort((a, b) => Number(a === 'journals') - Number(b === 'journals'))
    for (const table of tables) await insert(trx, table, shop[table]!)
  })
}

async function insert(trx: Trx, table: string, { columns, rows }: Kept): Promise<void> {
  const asRow = (values: Kept['rows'][number]): Row =>
    Object.fromEntries(columns.map((column, n) => [column, values[n]!]))
  await trx.insert(table, rows.map(asRow))
}

/** A database without a table. */
export async function emptyDatabase(engine: Engine): Promise<{ db: Db; remove(): Promise<void> }> {
  if (engine === 'postgres') {
    const { db, remove } = await makeDatabase(engine)
    await db.transaction(async (trx) => {
      await execute(trx, 'drop schema public cascade')
      await execute(trx, 'create schema public')
    })
    return { db, remove }
  }
  const folder = mkdtempSync(join(tmpdir(), 'berth-filled-'))
  const db = openSqlite({ file: join(folder, 'berth.db'), synchronous: 'off' })
  const remove = async () => {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { db, remove }
}
