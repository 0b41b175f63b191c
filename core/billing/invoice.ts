import { hash } from 'node:crypto'
import { list, madeOnce, sql, type Queries } from '../db/index.ts'
import type { Actor, Instant, IsoDate } from '../kernel/index.ts'
import { findRow, type StatefulRow } from '../records/index.ts'
import type { InvoiceOrigin } from './draft.ts'
import { standings, type Standing } from './invoice-state.ts'
import type { RoundingPlace, Treatment } from './tax.ts'

export type InvoiceStatus = 'draft' | 'issued' | 'paid' | 'void' | 'written_off'

export interface InvoiceRow extends StatefulRow {
  brand_id: string
  client_id: string
  seller_id: string
  kind: 'invoice' | 'credit_note' | 'receipt'
  number: string | null
  status: InvoiceStatus
  currency: string
  origin: InvoiceOrigin
  origin_id: string | null
  issued_on: IsoDate | null
  due_on: IsoDate
  /** From which day on it is dunned, where that is not the due day: see instalments. */
  owed_on: IsoDate | null
  issued_at: Instant | null
  paid_at: Instant | null
  voided_at: Instant | null
  in_collections_at: Instant | null
  /** Since when its order is marked as fraud; nothing is collected meanwhile. */
  suspected_at: Instant | null
  subtotal_minor: bigint
  tax_minor: bigint
  /** Net and tax, and what cash rounding makes of them. */
  total_minor: bigint
  cash_step_minor: bigint
  seller: string
  buyer: string
  evidence: string
  prices_include_tax: number
  /** JSON: what the law wants said; null when nothing. */
  tax_notes: string | null
  tax_rounding: RoundingPlace
  /** JSON: its tax in the accounting currency of the seller; null where that is its own, or no rate was known. */
  accounting_tax: string | null
  locale: string
  notes: string | null
  document_hash: string | null
  file_id: string | null
  /** 1 until it is paid: no tax document yet, and not in the ledger. */
  proforma: number
  /** The number that it had as a proforma. */
  proforma_number: string | null
  proforma_file_id: string | null
  corrects_id: string | null
  created_at: Instant
  updated_at: Instant
}

export interface InvoiceLineRow {
  id: string
  invoice_id: string
  position: number
  charge_id: string | null
  live_charge_id: string | null
  source_id: string | null
  kind: string
  description: string
  quantity: number
  unit_minor: bigint
  amount_minor: bigint
  net_minor: bigint
  tax_minor: bigint
  tax_class: string
  tax_name: string | null
  tax_rate_ppm: number
  period_start: string | null
  period_end: string | null
  trace: string
}

export interface InvoiceTaxRow {
  invoice_id: string
  tax_name: string
  rate_ppm: number
  level: number
  compound: number
  treatment: Treatment
  /** The country whose tax it is; null where that was not written down. */
  owed_to?: string | null
  /** What it was taken on: for a compound tax with the tax of the first level in it. */
  net_minor: bigint
  tax_minor: bigint
}

/** A document with its parts, as pages, PDF and checks read it. */
export interface Invoice extends InvoiceRow, Standing {
  lines: InvoiceLineRow[]
  taxes: InvoiceTaxRow[]
}

export const amountDue = (invoice: {
  total_minor: bigint
  allocated_minor: bigint
  status: string
  kind?: string
}): bigint =>
  invoice.kind === 'receipt' || ['void', 'draft', 'written_off'].includes(invoice.status)
    ? 0n
    : invoice.total_minor - invoice.allocated_minor

/** The invoice when the actor may read it; NotFound otherwise. */
export async function getInvoice(queries: Queries, id: string, actor: Actor): Promise<Invoice> {
  const row = await findRow<InvoiceRow>(queries, actor, {
    table: 'invoices',
    what: 'invoice',
    id,
    scope: { right: 'invoice.read' },
  })
  const [invoice] = await withParts(queries, [row])
  return invoice!
}

/** Three statements however many invoices. */
export async function withParts(queries: Queries, rows: readonly InvoiceRow[]): Promise<Invoice[]> {
  const ids = rows.map((row) => row.id)
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id in (${list(ids)}) order by invoice_id, position`,
  )
  const taxes = await queries.all<InvoiceTaxRow>(
    sql`select * from invoice_taxes where invoice_id in (${list(ids)}) order by invoice_id, level, rate_ppm desc, tax_name`,
  )
  const standing = await standings(queries, ids)
  return rows.map((row) => invoiceOf({ row, lines, taxes, standing: standing(row.id) }))
}

interface Parts {
  row: InvoiceRow
  lines: readonly InvoiceLineRow[]
  taxes: readonly InvoiceTaxRow[]
  standing: Standing
}

const invoiceOf = madeOnce(({ row, lines, taxes, standing }: Parts): Invoice => ({
  ...row,
  lines: lines.filter((line) => line.invoice_id === row.id),
  taxes: taxes.filter((tax) => tax.invoice_id === row.id),
  ...standing,
}))

export async function allocatedTo(
  queries: Queries,
  invoiceIds: readonly string[],
): Promise<Map<string, bigint>> {
  const rows = await queries.all<{ invoice_id: string; allocated_minor: bigint }>(sql`
    select invoice_id, sum(amount_minor) as allocated_minor from allocations where invoice_id in (${list(invoiceIds)}) group by invoice_id`)
  return new Map(rows.map((row) => [row.invoice_id, row.allocated_minor]))
}

type Hashed = Pick<
  InvoiceRow,
  | 'number'
  | 'issued_on'
  | 'due_on'
  | 'currency'
  | 'subtotal_minor'
  | 'tax_minor'
  | 'total_minor'
  | 'seller'
  | 'buyer'
  | 'client_id'
  | 'locale'
  | 'notes'
  | 'corrects_id'
> &
  Partial<Pick<InvoiceRow, 'tax_notes' | 'tax_rounding' | 'cash_step_minor' | 'accounting_tax'>>
type HashedLine = Pick<
  InvoiceLineRow,
  | 'position'
  | 'kind'
  | 'description'
  | 'quantity'
  | 'unit_minor'
  | 'amount_minor'
  | 'net_minor'
  | 'tax_minor'
  | 'tax_name'
  | 'tax_rate_ppm'
  | 'period_start'
  | 'period_end'
>
type HashedTax = Omit<InvoiceTaxRow, 'invoice_id' | 'treatment'> & Partial<Pick<InvoiceTaxRow, 'treatment'>>

/** SHA-256 over the canonical document: everything that a reader of the paper sees. */
export function documentHash(
  invoice: Hashed,
  lines: readonly HashedLine[],
  taxes: readonly HashedTax[],
): string {
  const { number, issued_on, due_on, currency, client_id, locale, notes, corrects_id } = invoice
  const { subtotal_minor, tax_minor, total_minor, seller, buyer } = invoice
  let text =
    join([number, issued_on, due_on, currency]) +
    join([client_id, locale, notes, corrects_id]) +
    join([subtotal_minor, tax_minor, total_minor, seller, buyer])
  for (const line of lines) {
    text +=
      join([line.position, line.kind, line.description, line.quantity]) +
      join([line.unit_minor, line.amount_minor, line.net_minor, line.tax_minor]) +
      join([line.tax_name, line.tax_rate_ppm, line.period_start, line.period_end])
  }
  for (const tax of taxes) {
    text += join([tax.tax_name, tax.rate_ppm, tax.net_minor, tax.tax_minor])
    // Documents with one level hash as they did before there were two.
    if (tax.level > 1) text += join([tax.level, tax.compound])
    if (tax.treatment && tax.treatment !== 'standard') text += join([tax.treatment])
  }
  // Documents about whose tax nothing particular is said hash as they did before anything could be.
  if (invoice.tax_notes) text += join([invoice.tax_notes])
  if (invoice.tax_rounding === 'line') text += join([invoice.tax_rounding])
  if (invoice.cash_step_minor) text += join(['cash', invoice.cash_step_minor])
  if (invoice.accounting_tax) text += join(['accounting', invoice.accounting_tax])
  return hash('sha256', text)
}

/** Lengths are written before the values, so that no two documents have the same text. */
function join(values: readonly (string | number | bigint | null)[]): string {
  let text = ''
  for (const value of values) {
    const part = value === null ? '' : String(value)
    text += `${part.length}:${part};`
  }
  return text
}
