import { sql, type Queries } from '../../core/db/index.ts'
import type { ModelDocument, ModelLine } from './books.ts'
import { textOf } from './calendar.ts'
import { itemNumber } from './items.ts'
import { LATE_FEE } from './late-fees.ts'
import type { Model } from './model.ts'
import { through } from './service.ts'

/** All that counts, as lines of text that a person can compare: documents, credit, services. */
export type Sheet = string[]

export function sheetOfModel(model: Model): Sheet {
  const documents = model.books.documents.flatMap((document) => [
    headOf(document),
    ...document.lines.map(lineOf).sort(),
  ])
  const services = model.services.map((service, n) => {
    const { status, overdue, staff, waiting } = service
    const words = [
      `s${n}`,
      status,
      ...(service.meter ? ['by the hour'] : ['through', textOf(through(service))]),
    ]
    if (overdue && status !== 'ended') words.push('overdue')
    if (staff && status !== 'ended') words.push('held')
    if (waiting) words.push('waiting')
    return words.join(' ')
  })
  return [...documents, `credit ${model.books.credit}`, ...services]
}

function headOf(document: ModelDocument): string {
  const { kind, origin, issued, due, net, tax, total, status, paidByMoney, paidByCredit, owed } = document
  const what = kind === 'invoice' ? `${document.proforma ? 'proforma' : 'invoice'} ${origin}` : kind
  const paid = kind === 'invoice' ? `${status} money ${paidByMoney} credit ${paidByCredit}` : ''
  const asked = owed === null || status !== 'issued' ? '' : ` owed ${textOf(owed)}`
  return `${what} ${textOf(issued)} due ${textOf(due)}${asked} ${net} + ${tax} = ${total} ${paid}`.trim()
}

const lineOf = ({ service, kind, amount, tax, from, to }: ModelLine): string =>
  `  ${sourceName(service)} ${kind} ${textOf(from)} ${to === null ? '' : textOf(to)} ${amount} tax ${tax}`

const sourceName = (number: number): string => {
  if (number === LATE_FEE) return 'late'
  return number < 0 ? `item ${-1 - number}` : `s${number}`
}

interface DocumentRow {
  id: string
  kind: string
  origin: string
  issued_on: string
  due_on: string
  owed_on: string | null
  proforma: number
  subtotal_minor: bigint
  tax_minor: bigint
  total_minor: bigint
  status: string
  money_minor: bigint
  credit_minor: bigint
}

interface LineRow {
  id: string
  invoice_id: string
  source_id: string | null
  kind: string
  amount_minor: bigint
  tax_minor: bigint
  period_start: string
  period_end: string | null
  trace: string
}

interface ServiceRow {
  id: string
  billing_status: string
  charged_through: string | null
  metered: number
  overdue: number
  held: number
  waiting: number
}

export async function sheetOfEngine(db: Queries): Promise<Sheet> {
  const documents = await db.all<DocumentRow>(sql`
    select i.id, i.kind, i.origin, i.issued_on, i.due_on, i.owed_on, i.proforma, i.subtotal_minor, i.tax_minor, i.total_minor, i.status,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id and a.kind = 'payment'), 0) as money_minor,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id and a.kind = 'credit'), 0) as credit_minor
    from invoices i order by i.id`)
  const lines = await db.all<LineRow>(sql`
    select id, invoice_id, source_id, kind, amount_minor, tax_minor, period_start, period_end, trace from invoice_lines order by id`)
  const services = await db.all<ServiceRow>(sql`
    select s.id, s.billing_status, s.charged_through, case when s.metered_until is null then 0 else 1 end as metered,
      (select count(*) from service_holds h where h.service_id = s.id and h.reason = 'overdue') as overdue,
      (select count(*) from service_holds h where h.service_id = s.id and h.reason = 'staff') as held,
      (select count(*) from service_changes c where c.service_id = s.id and c.status = 'pending') as waiting
    from services s order by s.id`)
  const credit = await db.get<{ sum_minor: bigint | null }>(
    sql`select -sum(amount_minor) as sum_minor from postings where account = 'client_credit'`,
  )
  const items = await db.all<{ id: string }>(sql`select id from billable_items order by id`)
  const numbers = new Map([
    ...services.map(({ id }, n) => [id, n] as const),
    ...items.map(({ id }, n) => [id, itemNumber(n)] as const),
    // A fee is for a document.
    ...documents.map(({ id }) => [id, LATE_FEE] as const),
  ])
  const byId = new Map(lines.map((line) => [line.id, line]))
  const sourceOf = (line: LineRow): string =>
    line.source_id ?? sourceOf(byId.get((JSON.parse(line.trace) as { credits: string }).credits)!)
  const ofDocument = Map.groupBy(lines, (line) => line.invoice_id)
  return [
    ...documents.flatMap((row) => [
      engineHead(row),
      ...(ofDocument.get(row.id) ?? []).map((line) => engineLine(line, numbers.get(sourceOf(line))!)).sort(),
    ]),
    `credit ${credit?.sum_minor ?? 0n}`,
    ...services.map((row) => engineService(row, numbers.get(row.id)!)),
  ]
}

function engineHead(row: DocumentRow): string {
  const paid =
    row.kind === 'invoice' ? `${row.status} money ${row.money_minor} credit ${row.credit_minor}` : ''
  const what = row.kind === 'invoice' ? `${row.proforma ? 'proforma' : 'invoice'} ${row.origin}` : row.kind
  const asked = row.owed_on === null || row.status !== 'issued' ? '' : ` owed ${row.owed_on}`
  const sums = `${row.subtotal_minor} + ${row.tax_minor} = ${row.total_minor}`
  return `${what} ${row.issued_on} due ${row.due_on}${asked} ${sums} ${paid}`.trim()
}

const engineLine = (line: LineRow, service: number): string =>
  `  ${sourceName(service)} ${line.kind} ${line.period_start} ${line.period_end ?? ''} ${line.amount_minor} tax ${line.tax_minor}`

function engineService(row: ServiceRow, n: number): string {
  const until = row.metered ? ['by the hour'] : ['through', row.charged_through]
  const words = [`s${n}`, row.billing_status, ...until]
  const ended = row.billing_status === 'ended'
  if (row.overdue && !ended) words.push('overdue')
  if (row.held && !ended) words.push('held')
  if (row.waiting) words.push('waiting')
  return words.join(' ')
}
