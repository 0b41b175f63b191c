import { list, sql, type Queries } from '../db/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { traceOf } from './given-back.ts'
import type { InvoiceLineRow } from './invoice.ts'
import { partsOf } from './plan-credit-note.ts'
import type { TaxNote } from './tax-notes.ts'
import type { TaxRate } from './tax.ts'
import { statedMinor } from './untaxed-price.ts'

/**
 * Lines that give back time of a service bear the taxes with which that time was charged, and are reduced as it was:
 * neither what the buyer is today nor the rates of today say what was paid. One statement at most, however many drafts.
 */
export async function asCharged<Of extends { draft: DraftInvoice }>(
  queries: Queries,
  cases: readonly Of[],
): Promise<readonly Of[]> {
  const back = cases.flatMap(({ draft }) => draft.lines.filter(givesBack))
  if (back.length === 0) return cases
  const rows = await queries.all<ChargedRow>(sql`
    select l.*, i.tax_notes, i.locale, t.tax_name as owed_name, t.rate_ppm as owed_ppm, t.owed_to
    from invoice_lines l join invoices i on i.id = l.invoice_id
      left join invoice_taxes t on t.invoice_id = i.id and t.owed_to is not null
    where l.source_id in (${list([...new Set(back.map((line) => line.sourceId))])})
      and l.kind in ('recurring', 'option', 'discount', 'change')
      and l.period_end > ${back.map((line) => line.periodStart).reduce((a, b) => (a < b ? a : b))}
      and i.corrects_id is null and i.status in ('issued', 'paid') and ${stands} order by i.issued_on desc, l.id desc`)
  if (rows.length === 0) return cases
  const charged = chargedIn(rows)
  const lineOf = (line: DraftLine): DraftLine => {
    const was = givesBack(line) ? charged.find((row) => isOf(row, line)) : undefined
    if (!was) return line
    return {
      ...line,
      taxes: taxesOf(was, was, was.owed),
      charged: paidOf(charged.filter((row) => isWith(was, row))),
    }
  }
  return cases.map((one) => ({ ...one, draft: { ...one.draft, lines: one.draft.lines.map(lineOf) } }))
}

/** A change that waits for its payment, or was credited, says nothing of its days: those of before do. */
const stands = sql`(l.kind <> 'change' or (i.status = 'paid' and l.amount_minor <> (
  select -coalesce(sum(y.amount_minor), 0) from invoices n join invoice_lines y on y.invoice_id = n.id
  where n.corrects_id = i.id and y.trace like '%"credits":"' || l.id || '"%')))`

/** What mirrors a line of a document bears its taxes and its reduction. */
export async function asLineOf(
  queries: Queries,
  line: InvoiceLineRow,
  document: Document,
): Promise<Pick<DraftLine, 'taxes' | 'charged'>> {
  const owed = await queries.all<OwedTax>(sql`
    select tax_name as owed_name, rate_ppm as owed_ppm, owed_to from invoice_taxes
    where invoice_id = ${line.invoice_id} and owed_to is not null`)
  return { taxes: taxesOf(line, document, owed), charged: paidOf([line]) }
}

type GivenBack = DraftLine & { sourceId: string; periodStart: NonNullable<DraftLine['periodStart']> }
type Document = { tax_notes: string | null; locale: string }

/** The country to which a tax of a document is owed. */
interface OwedTax {
  owed_name: string
  owed_ppm: number
  owed_to: string
}

/** A line comes once for each tax of its document that is owed to a country. */
type ChargedRow = InvoiceLineRow & Document & (OwedTax | { owed_to: null })
type Charged = InvoiceLineRow & Document & { owed: readonly OwedTax[] }

function chargedIn(rows: readonly ChargedRow[]): Charged[] {
  const ofLine = Map.groupBy(rows, ({ id }) => id)
  return [...ofLine.values()].map((own) => ({
    ...own[0]!,
    owed: own.filter((row): row is ChargedRow & OwedTax => row.owed_to !== null),
  }))
}

const givesBack = (line: DraftLine): line is GivenBack =>
  line.kind === 'change' &&
  line.amountMinor < 0n &&
  line.sourceId !== null &&
  line.periodStart !== undefined &&
  line.taxes === undefined

const isOf = (row: Charged, line: GivenBack): boolean =>
  row.amount_minor > 0n &&
  row.source_id === line.sourceId &&
  row.tax_class === line.taxClass &&
  (row.period_start ?? '') <= line.periodStart &&
  line.periodStart < (row.period_end ?? '') &&
  traceOf(row).reverses === undefined

/** Price, options and discounts of a period were paid together; each side of a change is by itself. */
const isWith = (was: Charged, row: Charged): boolean =>
  row.id === was.id ||
  (was.kind !== 'change' &&
    row.kind !== 'change' &&
    row.invoice_id === was.invoice_id &&
    row.source_id === was.source_id &&
    row.period_start === was.period_start)

function paidOf(rows: readonly InvoiceLineRow[]): DraftLine['charged'] {
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
  const stated = sum(rows.map(statedMinor))
  if (stated === 0n) return undefined
  return { amountMinor: sum(rows.map((row) => row.amount_minor)), statedMinor: stated }
}

/** With the sentences that stood on the document, and the countries to which its taxes are owed. */
function taxesOf(
  row: InvoiceLineRow,
  { tax_notes, locale }: Document,
  owed: readonly OwedTax[],
): readonly TaxRate[] {
  const notes = tax_notes ? (JSON.parse(tax_notes) as TaxNote[]) : []
  const text = notes.flatMap((note) => ('text' in note ? [note.text] : [])).join('\n')
  return partsOf(row).map(({ rate }) => {
    const own = owed.find((one) => one.owed_name === rate.name && one.owed_ppm === rate.ratePpm)
    return {
      ...rate,
      ...(own ? { owedTo: own.owed_to } : {}),
      ...(rate.treatment && text ? { notes: { [locale]: text } } : {}),
    }
  })
}
