import {
  deferredBefore,
  earnedBefore,
  invoicedBefore,
  monthOf,
  readEarnings,
  type Earning,
  type EarningGroup,
} from '../../billing/index.ts'
import { all, list, sql, type Queries, type Sql } from '../../db/index.ts'
import { addMonths, isoDate, maxDay, minDay, type IsoDate } from '../../kernel/index.ts'
import {
  DOCUMENTS_SHOWN,
  ofQuery,
  type Place,
  type Report,
  type ReportDocument,
  type ReportQuery,
  type ReportRow,
} from '../report.ts'

/**
 * What was invoiced for days that were still to come, month by month: what waited, what was invoiced, what was earned,
 * what waits. By days, over all lines; a closed month's last figure is the balance of its deferred accounts.
 */
export const deferredIncomeReport: Report = {
  key: 'deferred_income',
  groups: [{ key: 'month', kind: 'text' }],
  figures: [
    { key: 'opening', kind: 'money' },
    { key: 'invoiced', kind: 'money' },
    { key: 'earned', kind: 'money' },
    { key: 'closing', kind: 'money' },
  ],
  balances: ['opening', 'closing'],
  rows: async (queries, query) => {
    const where = [ofQuery(query, 'i', sql`i.brand_id`)]
    const groups = await readEarnings(queries, { from: query.from, until: query.until, where })
    return monthsOf(query).flatMap((span) => rowsOf(span, groups))
  },
  documents,
}

interface Span {
  month: string
  from: IsoDate
  until: IsoDate
}

/** Whole months but for the first and the last one, which are cut to the days asked for. */
function monthsOf({ from, until }: { from: IsoDate; until: IsoDate }): Span[] {
  const spans: Span[] = []
  for (let at = isoDate(`${monthOf(from)}-01`); at < until; at = addMonths(at, 1))
    spans.push({ month: monthOf(at), from: maxDay(at, from), until: minDay(addMonths(at, 1), until) })
  return spans
}

function rowsOf(span: Span, groups: readonly EarningGroup[]): ReportRow[] {
  const byCurrency = new Map<string, { figures: Record<string, bigint>; documents: number }>()
  for (const group of groups) {
    const figures = figuresOf(group, span, group.times)
    if (Object.values(figures).every((part) => part === 0n)) continue
    const known = byCurrency.get(group.currency) ?? { figures: {}, documents: 0 }
    known.documents += Number(group.times)
    for (const [key, part] of Object.entries(figures)) known.figures[key] = (known.figures[key] ?? 0n) + part
    byCurrency.set(group.currency, known)
  }
  return [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, row]) => ({ currency, groups: { month: span.month }, ...row }))
}

function figuresOf(line: Earning, { from, until }: Span, times = 1n): Record<string, bigint> {
  return {
    opening: deferredBefore(line, from) * times,
    invoiced: (invoicedBefore(line, until) - invoicedBefore(line, from)) * times,
    earned: (earnedBefore(line, until) - earnedBefore(line, from)) * times,
    closing: deferredBefore(line, until) * times,
  }
}

async function documents(
  queries: Queries,
  query: ReportQuery,
  { place, after, limit = DOCUMENTS_SHOWN }: { place: Place; after?: string | undefined; limit?: number },
): Promise<ReportDocument[]> {
  const { month } = place.groups
  const span =
    month === undefined ? { ...query, month: '' } : monthsOf(query).find((one) => one.month === month)
  if (!span) return []
  const lines = await linesOf(
    queries,
    pageOf(query, span, { currency: place.currency, after, limit: limit + 1 }),
  )
  const found = new Map<string, ReportDocument>()
  for (const line of lines) {
    const known = found.get(line.invoice_id) ?? {
      ...{
        id: line.invoice_id,
        title: line.number,
        client_id: line.client_id,
        client: line.client,
        figures: {},
      },
    }
    const figures: Record<string, bigint> = { ...known.figures }
    for (const [key, part] of Object.entries(figuresOf(earningOf(line), span)))
      figures[key] = (figures[key] ?? 0n) + part
    found.set(line.invoice_id, { ...known, figures })
  }
  return [...found.values()]
}

/** Documents that have a line to which anything happens in the month. */
function pageOf(
  query: ReportQuery,
  span: Span,
  of: { currency: string; after?: string | undefined; limit: number },
): Sql {
  const where = [
    sql`i.number is not null and i.proforma = 0 and i.kind <> 'receipt' and i.issued_on < ${span.until} and i.currency = ${of.currency}`,
    ofQuery(query, 'i', sql`i.brand_id`),
    ...(of.after === undefined ? [] : [sql`i.id < ${of.after}`]),
    sql`(i.issued_on >= ${span.from} or (v.effective_on is not null and v.effective_on >= ${span.from}) or (v.id is null
      and exists (select 1 from invoice_lines l where l.invoice_id = i.id and l.net_minor <> 0 and l.period_end > ${span.from})))`,
  ]
  return sql`select i.id from invoices i left join journals v on v.source_id = i.id and v.kind = 'invoice_voided'
    where ${all(where)} order by i.id desc limit ${of.limit}`
}

interface LineRow {
  invoice_id: string
  number: string
  client_id: string
  client: string
  issued_on: IsoDate
  voided_on: IsoDate | null
  period_start: string | null
  period_end: string | null
  net_minor: bigint
}

async function linesOf(queries: Queries, page: Sql): Promise<LineRow[]> {
  const ids = (await queries.all<{ id: string }>(page)).map((row) => row.id)
  return queries.all<LineRow>(sql`
    select l.invoice_id, i.number, i.client_id, coalesce(c.company, c.name) as client, i.issued_on, v.effective_on as voided_on,
      l.period_start, l.period_end, l.net_minor
    from invoice_lines l join invoices i on i.id = l.invoice_id join clients c on c.id = i.client_id
      left join journals v on v.source_id = i.id and v.kind = 'invoice_voided'
    where l.invoice_id in (${list(ids)}) order by l.invoice_id desc, l.position`)
}

const earningOf = (row: LineRow): Earning => ({
  netMinor: row.net_minor,
  startsOn: (row.period_start?.slice(0, 10) ?? null) as IsoDate | null,
  endsOn: (row.period_end?.slice(0, 10) ?? null) as IsoDate | null,
  issuedOn: row.issued_on,
  voidedOn: row.voided_on,
})
