import Database from 'better-sqlite3'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sql, sql, type Db } from '../../core/db/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'

const newId = idMaker(systemClock)

/** The columns of the line table, all of them; a test compares. */
export const LINE_COLUMNS =
  'id, invoice_id, position, charge_id, live_charge_id, source_id, kind, description, quantity, unit_minor, amount_minor, net_minor, tax_minor, tax_class, tax_name, tax_rate_ppm, period_start, period_end, trace'.split(
    ', ',
  )

export type LineValues = (string | number | null)[]

/** Lines as the run writes them. */
export function lineValues(count: number): LineValues[] {
  const invoice = newId('inv')
  return Array.from({ length: count }, (_, i) => {
    const charge = newId('chg')
    return [
      newId('inl'),
      invoice,
      i + 1,
      charge,
      charge,
      newId('svc'),
      'recurring',
      'Shared hosting S, site-1.example',
      1,
      599,
      599,
      599,
      114,
      'standard',
      'VAT',
      190_000,
      '2026-01-20',
      '2026-02-20',
      '{"price":null,"days":31}',
    ]
  })
}

/** RAW: prepared positional inserts into the real line table with its real indexes, one transaction. */
export function insertRaw(file: string, rows: readonly LineValues[]): void {
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = full')
  const insert = db.prepare(
    `insert into invoice_lines (${LINE_COLUMNS.join(', ')}) values (${LINE_COLUMNS.map(() => '?').join(', ')})`,
  )
  db.exec('begin')
  for (const row of rows) insert.run(...row)
  db.exec('commit')
  db.close()
}

/** COPY: the same rows through COPY of a text file that the server reads. */
export async function copyRaw(db: Db, folder: string, rows: readonly LineValues[]): Promise<void> {
  const file = join(folder, 'lines.copy')
  writeFileSync(
    file,
    rows.map((row) => row.map((value) => (value === null ? '\\N' : String(value))).join('\t')).join('\n'),
    { mode: 0o644 },
  )
  await db.run(new Sql(`copy invoice_lines (${LINE_COLUMNS.join(', ')}) from '${file}'`, []))
}

/** A document for the lines to belong to. */
export async function makeDocument(db: Db, invoiceId: string): Promise<void> {
  const client = await db.get<{ id: string; brand_id: string }>(sql`select id, brand_id from clients limit 1`)
  const at = systemClock.now()
  await db.insert('invoices', [
    {
      id: invoiceId,
      brand_id: client!.brand_id,
      client_id: client!.id,
      seller_id: 'x',
      kind: 'invoice',
      number: null,
      status: 'draft',
      currency: 'EUR',
      origin: 'manual',
      origin_id: null,
      issued_on: null,
      due_on: '2026-01-20',
      issued_at: null,
      paid_at: null,
      voided_at: null,
      in_collections_at: null,
      subtotal_minor: 0n,
      tax_minor: 0n,
      total_minor: 0n,
      seller: '{}',
      buyer: '{}',
      evidence: '{}',
      prices_include_tax: 0,
      locale: 'en',
      notes: null,
      document_hash: null,
      file_id: null,
      corrects_id: null,
      version: 1,
      created_at: at,
      updated_at: at,
    },
  ])
}
