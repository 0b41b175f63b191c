import { divideHalfUp } from '../../../sdk/index.ts'
import { all, sql, type Sql } from '../../db/index.ts'
import { cycle, cycleParts } from '../../kernel/index.ts'
import { discountOf } from '../../services/index.ts'
import { DOCUMENTS_SHOWN, ofQuery, type Report, type ReportDocument, type ReportQuery } from '../report.ts'

/**
 * Monthly recurring revenue of today: what services in force are charged a period, after recurring coupons and net of
 * tax, brought to a month. Trials, free and one-time things have none.
 */
export const mrrReport: Report = {
  key: 'mrr',
  headline: 'mrr',
  oneDay: true,
  ofServices: true,
  groups: [
    { key: 'product', kind: 'text' },
    { key: 'cycle', kind: 'text' },
  ],
  figures: [
    { key: 'mrr', kind: 'money' },
    { key: 'arr', kind: 'money' },
  ],
  rows: async (queries, query) => {
    const rows = await queries.all<Paying & { product: string; times: number }>(sql`
      select f.product, f.cycle, f.currency, f.net_minor, f.gross_minor, f.recurring_minor, f.percent_ppm, f.off_minor, count(*) as times
      from (${paying(query)}) f group by f.product, f.cycle, f.currency, f.net_minor, f.gross_minor, f.recurring_minor, f.percent_ppm, f.off_minor
      order by f.product, f.cycle, f.currency`)
    const found = new Map<
      string,
      { currency: string; product: string; cycle: string; mrr: bigint; services: number }
    >()
    for (const row of rows) {
      const key = `${row.product}\n${row.cycle}\n${row.currency}`
      const known = found.get(key) ?? { ...row, mrr: 0n, services: 0 }
      known.mrr += monthly(row) * BigInt(row.times)
      known.services += row.times
      found.set(key, known)
    }
    return [...found.values()]
      .filter(({ mrr }) => mrr !== 0n)
      .map(({ currency, product, cycle: every, mrr, services }) => ({
        ...{ currency, groups: { product, cycle: every }, documents: services },
        figures: { mrr, arr: mrr * 12n },
      }))
  },
  documents: async (queries, query, { place, after, limit = DOCUMENTS_SHOWN }) => {
    const where = [
      sql`f.currency = ${place.currency}`,
      ...(place.groups.product === undefined ? [] : [sql`f.product = ${place.groups.product}`]),
      ...(place.groups.cycle === undefined ? [] : [sql`f.cycle = ${place.groups.cycle}`]),
      ...(after === undefined ? [] : [sql`f.id < ${after}`]),
    ]
    const rows = await queries.all<Paying & Named>(sql`
      select f.*, s.label, s.client_id, coalesce(c.company, c.name) as client from (${paying(query)}) f
        join services s on s.id = f.id join clients c on c.id = s.client_id
      where ${all(where)} order by f.id desc limit ${limit + 1}`)
    return rows.map((row): ReportDocument => {
      const mrr = monthly(row)
      return {
        id: row.id,
        title: row.label,
        client_id: row.client_id,
        client: row.client,
        figures: { mrr, arr: mrr * 12n },
      }
    })
  },
}

interface Named {
  id: string
  label: string
  client_id: string
  client: string
}

export interface Paying {
  cycle: string
  currency: string
  recurring_minor: bigint
  /** What the coupon takes off a period: a share or a sum; both null without one. */
  percent_ppm: number | null
  off_minor: bigint | null
  /** Of the last charge: how much of a sum is not tax. Zero when nothing was charged yet. */
  net_minor: bigint
  gross_minor: bigint
}

/** Services that were charged at least once; the last line says how prices become net for this client. */
export function paying(query: Pick<ReportQuery, 'actor' | 'brandId'>): Sql {
  return sql`
    select s.id, p.name as product, s.cycle, s.currency, s.recurring_minor,
      case when s.coupon_cycles_left = 0 then null else k.percent_ppm end as percent_ppm,
      case when s.coupon_cycles_left = 0 or k.currency <> s.currency then null else k.amount_minor end as off_minor,
      coalesce(l.net_minor, 0) as net_minor, coalesce(l.amount_minor, 0) as gross_minor
    from services s join products p on p.id = s.product_id left join coupons k on k.id = s.coupon_id
      left join invoice_lines l on l.id = (select max(x.id) from invoice_lines x where x.source_id = s.id and x.kind = 'recurring' and x.live_charge_id is not null)
    where s.billing_status in ('active', 'ending') and s.cycle not in ('once', 'free') and s.charged_through is not null
      and s.recurring_minor > 0 and ${ofQuery(query, 's', sql`s.brand_id`)}`
}

/** Periods a month by unit, as a fraction: a day is 365/12 of a month, a week 52/12, a year one twelfth. */
const MONTHLY = { day: [365n, 12n], week: [52n, 12n], month: [1n, 1n], year: [1n, 12n] } as const

/** Of one service, rounded once, half up. */
export function monthly(of: Paying): bigint {
  const parts = cycleParts(cycle(of.cycle))
  // What is metered is no recurring revenue.
  if (!parts || parts.unit === 'hour') return 0n
  const [times, over] = MONTHLY[parts.unit]
  const [net, gross] = of.gross_minor === 0n ? [1n, 1n] : [of.net_minor, of.gross_minor]
  return divideHalfUp((of.recurring_minor - offOf(of)) * net * times, gross * over * BigInt(parts.count))
}

function offOf({ percent_ppm, off_minor, currency, recurring_minor }: Paying): bigint {
  if (percent_ppm === null && off_minor === null) return 0n
  const coupon = { ...{ id: '', code: '', percent_ppm, currency }, amount_minor: off_minor }
  return discountOf(coupon, recurring_minor, currency)
}
