import { list, sql, type Queries } from '../db/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import type { InvoiceLineRow } from './invoice.ts'
import { partsOf } from './plan-credit-note.ts'
import type { TaxNote } from './tax-notes.ts'
import type { TaxRate } from './tax.ts'

/**
 * Lines that give back time of a service bear the taxes with which that time was charged: a plugin is asked about what
 * is sold today, never about what was sold before.
 */
export async function withChargedTaxes(queries: Queries, draft: DraftInvoice): Promise<DraftInvoice> {
  const back = draft.lines.filter(givesBack)
  if (back.length === 0) return draft
  const charged = await queries.all<Charged>(sql`
    select l.*, i.tax_notes, i.locale from invoice_lines l join invoices i on i.id = l.invoice_id
    where l.source_id in (${list([...new Set(back.map((line) => line.sourceId))])}) and l.amount_minor > 0
      and l.period_end > ${back.map((line) => line.periodStart).reduce((a, b) => (a < b ? a : b))}
      and i.kind = 'invoice' and i.status in ('issued', 'paid') order by i.issued_on desc, l.id desc`)
  const lines = draft.lines.map((line) => {
    const was = givesBack(line) ? charged.find((row) => isOf(row, line)) : undefined
    return was ? { ...line, taxes: taxesOf(was) } : line
  })
  return { ...draft, lines }
}

type GivenBack = DraftLine & { sourceId: string; periodStart: NonNullable<DraftLine['periodStart']> }
type Charged = InvoiceLineRow & { tax_notes: string | null; locale: string }

const givesBack = (line: DraftLine): line is GivenBack =>
  line.kind === 'change' && line.amountMinor < 0n && line.sourceId !== null && line.periodStart !== undefined

const isOf = (row: Charged, line: GivenBack): boolean =>
  row.source_id === line.sourceId &&
  row.tax_class === line.taxClass &&
  (row.period_start ?? '') <= line.periodStart &&
  line.periodStart < (row.period_end ?? '')

/** With the sentences that stood on the document. */
function taxesOf(row: Charged): readonly TaxRate[] {
  const notes = row.tax_notes ? (JSON.parse(row.tax_notes) as TaxNote[]) : []
  const text = notes.flatMap((note) => ('text' in note ? [note.text] : [])).join('\n')
  return partsOf(row).map(({ rate }) =>
    rate.treatment && text ? { ...rate, notes: { [row.locale]: text } } : rate,
  )
}
