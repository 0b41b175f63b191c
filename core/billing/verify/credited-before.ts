import { list, sql, type Queries } from '../../db/index.ts'
import type { InvoiceLineRow, InvoiceRow } from '../invoice.ts'

/** A line of an invoice that a credit note's line is over, and what notes before it took of it. */
export interface CreditedLine {
  line: InvoiceLineRow
  beforeMinor: bigint
}

/** By the id of the credit note's line. */
export type CreditedBefore = ReadonlyMap<string, CreditedLine>

/** The line that a credit note's line is over; absent where it is over none, or was written before notes said of how much. */
export function creditedId({ trace }: Pick<InvoiceLineRow, 'trace'>): string | undefined {
  const { credits, of } = JSON.parse(trace) as { credits?: string; of?: string }
  return of === undefined ? undefined : credits
}

/** What the credit notes among some documents are over: two statements, none without a note. */
export async function creditedBefore(
  queries: Queries,
  documents: readonly InvoiceRow[],
): Promise<CreditedBefore> {
  const corrected = documents.flatMap(({ kind, corrects_id: id }) =>
    kind === 'credit_note' && id ? [id] : [],
  )
  const known = new Map<string, CreditedLine>()
  if (corrected.length === 0) return known
  const ids = list([...new Set(corrected)])
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id in (${ids})`,
  )
  const lineOf = new Map(lines.map((line) => [line.id, line]))
  const credits = await queries.all<Pick<InvoiceLineRow, 'id' | 'amount_minor' | 'trace'>>(sql`
    select l.id, l.amount_minor, l.trace from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.corrects_id in (${ids}) and n.kind = 'credit_note' and n.number is not null order by n.id, l.position`)
  const taken = new Map<string, bigint>()
  for (const credit of credits) {
    const line = lineOf.get(creditedId(credit) ?? '')
    if (!line) continue
    const beforeMinor = taken.get(line.id) ?? 0n
    known.set(credit.id, { line, beforeMinor })
    taken.set(line.id, beforeMinor - credit.amount_minor)
  }
  return known
}
