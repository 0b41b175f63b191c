import { sql, type Queries } from '../../db/index.ts'
import { chargesThrough, givenBackOf } from '../given-back.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import type { Finding } from './check.ts'

/** A credit note over lines of which something had been given back by then. */
interface SuspectNote {
  id: string
  number: string
  corrects_id: string
}

/**
 * No credit note and no change give back what the other had given back. No credit note takes more of a line than a change or cancellation had left of it. What was credited before it was given
 * back is no concern of the note, nor is a discount that was promised for the way of payment.
 */
export async function verifyGivenBack(queries: Queries): Promise<Finding[]> {
  const notes = await queries.all<SuspectNote>(sql`
    select n.id, n.number, n.corrects_id from invoices n where n.kind = 'credit_note' and n.corrects_id is not null
      and exists (select 1 from invoice_lines l join invoice_lines g on g.source_id = l.source_id
        where l.invoice_id = n.corrects_id and g.kind = 'change' and g.amount_minor < 0 and g.invoice_id <> l.invoice_id
          and g.period_start < l.period_end and g.period_end > l.period_start)
      and not exists (select 1 from payment_extras x where x.document_id = n.id)
    order by n.id`)
  const findings: Finding[] = []
  for (const note of notes) findings.push(...(await tooMuch(queries, note)))
  const found = new Set(
    notes.filter(({ id }) => findings.some((one) => one.id === id)).map((one) => one.corrects_id),
  )
  for (const id of new Set(notes.map(({ corrects_id }) => corrects_id)))
    if (!found.has(id)) findings.push(...(await givenTwice(queries, id)))
  return findings
}

/** What a change or cancellation gave back after it had been credited. */
async function givenTwice(queries: Queries, invoiceId: string): Promise<Finding[]> {
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id = ${invoiceId} order by position`,
  )
  const given = await givenBackOf(queries, lines)
  const credits = await queries.all<Credit>(sql`
    select n.id as note_id, l.amount_minor, l.trace from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.corrects_id = ${invoiceId} and n.kind = 'credit_note'`)
  return lines.flatMap((line) => {
    const leftMinor = line.amount_minor - (given.get(line.id) ?? 0n) - takenOf(credits, line)
    if (line.amount_minor <= 0n || leftMinor >= 0n || !given.get(line.id)) return []
    const problem = `a change or cancellation gave back ${-leftMinor} of line ${line.position} that had been credited already`
    return [{ check: 'nothing is given back twice', id: invoiceId, problem }]
  })
}

interface Credit {
  note_id: string
  amount_minor: bigint
  trace: string
}

const isOver = ({ trace }: Credit, { id }: InvoiceLineRow): boolean =>
  (JSON.parse(trace) as { credits?: string }).credits === id

const takenOf = (credits: readonly Credit[], line: InvoiceLineRow): bigint =>
  credits.filter((one) => isOver(one, line)).reduce((sum, { amount_minor }) => sum - amount_minor, 0n)

async function tooMuch(queries: Queries, note: SuspectNote): Promise<Finding[]> {
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id = ${note.corrects_id} order by position`,
  )
  const given = await givenBackOf(queries, lines, chargesThrough(note.id))
  if (given.size === 0) return []
  const credits = await queries.all<Credit>(sql`
    select n.id as note_id, l.amount_minor, l.trace from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.corrects_id = ${note.corrects_id} and n.kind = 'credit_note' and n.id <= ${note.id}`)
  return lines.flatMap((line) => {
    const leftMinor = line.amount_minor - (given.get(line.id) ?? 0n) - takenOf(credits, line)
    const isOwn = credits.some((one) => one.note_id === note.id && isOver(one, line))
    if (line.amount_minor <= 0n || leftMinor >= 0n || !isOwn) return []
    const problem = `${note.number} credits ${-leftMinor} of line ${line.position} that a change or cancellation had given back already`
    return [{ check: 'nothing is given back twice', id: note.id, problem }]
  })
}
