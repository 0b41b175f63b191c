import { createHash } from 'node:crypto'
import { name, sql, type Db, type Row } from '../../core/db/index.ts'

/** Tables whose rows say what is true, as opposed to who is working on it right now. */
const TABLES = [
  'events',
  'event_receipts',
  'audit',
  'charges',
  'invoices',
  'invoice_lines',
  'invoice_taxes',
  'number_series',
  'payments',
  'transactions',
  'allocations',
  'postings',
  'journals',
  'services',
  'clients',
  'parked_clients',
  'webhook_events',
  'reminders',
  'automated_acts',
] as const

/** Work in progress and real time: not part of the truth. */
const LEFT_OUT = new Set(['attempts', 'received_at', 'handled_at', 'document_hash', 'version'])

const ID = /\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g
const ROUNDS = 5

/**
 * All rows with their ids replaced by what the rows say, so that two runs that made different ids can be compared:
 * each id is named after the rows it stands in, again and again, until the names tell the rows apart.
 */
export async function dump(db: Db): Promise<string[]> {
  const rows: { table: string; row: Row }[] = []
  for (const table of TABLES)
    for (const row of await db.all(sql`select * from ${name(table)}`)) rows.push({ table, row: shown(row) })
  let labels = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round++) labels = relabel(rows, labels)
  return rows.map(({ table, row }) => `${table} ${written(row, labels)}`).sort()
}

function shown(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !LEFT_OUT.has(column)))
}

function relabel(
  rows: readonly { table: string; row: Row }[],
  labels: ReadonlyMap<string, string>,
): Map<string, string> {
  const seen = new Map<string, string[]>()
  for (const { table, row } of rows) {
    const text = written(row, labels)
    for (const [column, value] of Object.entries(row)) {
      for (const id of String(value).match(ID) ?? [])
        seen.set(id, [...(seen.get(id) ?? []), `${table}.${column} ${text}`])
    }
  }
  return new Map([...seen].map(([id, places]) => [id, `${id.slice(0, 3)}~${hash(places.sort().join('\n'))}`]))
}

function written(row: Row, labels: ReadonlyMap<string, string>): string {
  const text = JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  return text.replace(ID, (id) => labels.get(id) ?? id.slice(0, 3))
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)
