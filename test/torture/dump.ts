import { createHash } from 'node:crypto'
import { name, sql, type Db, type Row } from '../../core/db/index.ts'

/** Who is working on what right now is not part of the truth: jobs must have ended, and nodes come and go. */
const TABLES_LEFT_OUT = new Set(['jobs', 'job_nodes', 'migrations'])

/**
 * Real time, and what is made from it or from ids: `headers` hold the sender's signature over the time, `document_hash` is
 * over ids. A run that is taken up again counts it in `fence`, and one that was done begins anew in `position`. `job`
 * is a number on one engine.
 */
const COLUMNS_LEFT_OUT = new Set([
  'event_receipts.handled_at',
  'webhook_events.received_at',
  'webhook_events.handled_at',
  'webhook_events.headers',
  'invoices.document_hash',
  'billing_runs.fence',
  'billing_runs.position',
  'torture_outside.job',
])

const ID = /\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g
const ROUNDS = 5

interface Seen {
  table: string
  row: Row
}

/**
 * All rows of all tables with their ids replaced by what the rows say, so that two runs that made different ids can be
 * compared: each id is named after the rows it stands in, again and again, until the names tell the rows apart.
 */
export async function dump(db: Db): Promise<string[]> {
  const seen: Seen[] = []
  for (const table of await tablesOf(db))
    for (const row of await db.all(sql`select * from ${name(table)}`))
      seen.push({ table, row: shown(table, row) })
  let labels = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round++) labels = relabel(seen, labels)
  return seen.map(({ table, row }) => `${table} ${written(row, labels)}`).sort()
}

async function tablesOf(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    db.dialect === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
      : sql`select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  return rows.map((row) => row.name).filter((table) => !TABLES_LEFT_OUT.has(table))
}

function shown(table: string, row: Row): Row {
  const kept = Object.entries(row).filter(([column]) => !COLUMNS_LEFT_OUT.has(`${table}.${column}`))
  return Object.fromEntries(kept)
}

function relabel(rows: readonly Seen[], labels: ReadonlyMap<string, string>): Map<string, string> {
  const places = new Map<string, string[]>()
  for (const { table, row } of rows) {
    const text = written(row, labels)
    for (const [column, value] of Object.entries(row)) {
      for (const id of String(value).match(ID) ?? []) {
        const known = places.get(id)
        if (known) known.push(`${table}.${column} ${text}`)
        else places.set(id, [`${table}.${column} ${text}`])
      }
    }
  }
  return new Map([...places].map(([id, at]) => [id, `${id.slice(0, 3)}~${hash(at.sort().join('\n'))}`]))
}

function written(row: Row, labels: ReadonlyMap<string, string>): string {
  const text = JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  return text.replace(ID, (id) => labels.get(id) ?? id.slice(0, 3))
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)
