import { monthOf } from '../../billing/index.ts'
import { all, join, sql, type Queries, type Sql } from '../../db/index.ts'
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

/** In the order in which they lead from one balance to the next. */
const MOVEMENTS = ['opening', 'new', 'reactivation', 'expansion', 'contraction', 'churn', 'closing'] as const

/**
 * How monthly recurring revenue came from what it was to what it is, month by month, as it was noted night by night: what
 * a month opens with and its movements make what it closes with.
 */
export const mrrMovementsReport: Report = {
  key: 'mrr_movements',
  headline: 'mrr',
  ofServices: true,
  groups: [
    { key: 'month', kind: 'text' },
    { key: 'movement', kind: 'word' },
  ],
  figures: [
    { key: 'mrr', kind: 'money' },
    { key: 'arr', kind: 'money' },
  ],
  balances: ['mrr', 'arr'],
  rows: async (queries, query) => {
    const moved = await queries.all<Counted>(sql`
      select r.currency, substr(r.moved_on, 1, 7) as month, r.kind as movement, sum(r.moved_minor) as mrr_minor, count(distinct r.service_id) as services
      from recurring_movements r where ${inDays(query, query.from, query.until)} group by r.currency, substr(r.moved_on, 1, 7), r.kind`)
    const spans = monthsOf(query)
    if (spans.length === 0) return []
    const balances = await queries.all<Counted>(
      join(
        spans.flatMap(({ month, from, until }) => [
          balanceAt(query, { month, movement: 'opening', before: from }),
          balanceAt(query, { month, movement: 'closing', before: until }),
        ]),
        ' union all ',
      ),
    )
    return [...moved, ...balances].sort(inOrder).map(rowOf)
  },
  documents,
}

interface Counted {
  currency: string
  month: string
  movement: (typeof MOVEMENTS)[number]
  mrr_minor: bigint
  services: number
}

const rowOf = ({ currency, month, movement, mrr_minor, services }: Counted): ReportRow => ({
  ...{ currency, groups: { month, movement }, documents: services },
  figures: figuresOf(mrr_minor),
})

const figuresOf = (mrr: bigint) => ({ mrr, arr: mrr * 12n })

const inOrder = (a: Counted, b: Counted): number =>
  a.currency.localeCompare(b.currency) ||
  a.month.localeCompare(b.month) ||
  MOVEMENTS.indexOf(a.movement) - MOVEMENTS.indexOf(b.movement)

interface Span {
  month: string
  from: IsoDate
  until: IsoDate
}

/** Whole months but for the first and the last one, which are cut to the days asked for. */
function monthsOf({ from, until }: Pick<ReportQuery, 'from' | 'until'>): Span[] {
  const spans: Span[] = []
  for (let at = isoDate(`${monthOf(from)}-01`); at < until; at = addMonths(at, 1))
    spans.push({ month: monthOf(at), from: maxDay(at, from), until: minDay(addMonths(at, 1), until) })
  return spans
}

const inDays = (query: ReportQuery, from: IsoDate | null, until: IsoDate): Sql =>
  all([
    ofQuery(query, 'r', sql`r.brand_id`),
    sql`r.moved_on < ${until}`,
    ...(from === null ? [] : [sql`r.moved_on >= ${from}`]),
  ])

/** What services that bring anything at the beginning of a day bring together. */
function balanceAt(
  query: ReportQuery,
  { month, movement, before }: { month: string; movement: 'opening' | 'closing'; before: IsoDate },
): Sql {
  return sql`
    select b.currency, cast(${month} as text) as month, cast(${movement} as text) as movement, sum(b.held_minor) as mrr_minor, count(*) as services from (
      select r.service_id, r.currency, sum(r.moved_minor) as held_minor from recurring_movements r
      where ${inDays(query, null, before)} group by r.service_id, r.currency having sum(r.moved_minor) <> 0) b
    group by b.currency`
}

interface Moved {
  service_id: string
  label: string
  client_id: string
  client: string
  mrr_minor: bigint
}

async function documents(
  queries: Queries,
  query: ReportQuery,
  { place, after, limit = DOCUMENTS_SHOWN }: { place: Place; after?: string | undefined; limit?: number },
): Promise<ReportDocument[]> {
  const span = monthsOf(query).find(({ month }) => month === place.groups.month)
  const movement = MOVEMENTS.find((one) => one === place.groups.movement)
  if (!span || !movement) return []
  const isBalance = movement === 'opening' || movement === 'closing'
  const where = [
    isBalance
      ? inDays(query, null, movement === 'opening' ? span.from : span.until)
      : all([inDays(query, span.from, span.until), sql`r.kind = ${movement}`]),
    sql`r.currency = ${place.currency}`,
    ...(after === undefined ? [] : [sql`r.service_id < ${after}`]),
  ]
  const rows = await queries.all<Moved>(sql`
    select m.service_id, s.label, s.client_id, coalesce(c.company, c.name) as client, m.mrr_minor from (
      select r.service_id, sum(r.moved_minor) as mrr_minor from recurring_movements r where ${all(where)}
      group by r.service_id ${isBalance ? sql`having sum(r.moved_minor) <> 0` : sql``} order by r.service_id desc limit ${limit + 1}) m
    join services s on s.id = m.service_id join clients c on c.id = s.client_id order by m.service_id desc`)
  return rows.map(({ service_id, label, client_id, client, mrr_minor }) => ({
    ...{ id: service_id, title: label, client_id, client, figures: figuresOf(mrr_minor) },
  }))
}
