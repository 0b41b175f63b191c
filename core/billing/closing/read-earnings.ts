import { all, sql, type Queries, type Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { Earning } from './recognise.ts'

/** Lines that are alike to recognition, and how many there are of them. */
export interface EarningGroup extends Earning {
  currency: string
  kind: string
  times: bigint
}

interface GroupRow {
  currency: string
  kind: string
  period_start: string | null
  period_end: string | null
  issued_on: IsoDate
  voided_on: IsoDate | null
  net_minor: bigint
  times: number
}

/**
 * Lines issued before `until` that are earned at least in part on or after `from`, or were invoiced or voided since.
 * Hosting sells few prices over few periods: alike lines come as one row, each still rounded by itself.
 */
export async function readEarnings(
  queries: Queries,
  { from, until, where }: { from: IsoDate; until: IsoDate; where: readonly Sql[] },
): Promise<EarningGroup[]> {
  const rows = await queries.all<GroupRow>(sql`
    select i.currency, l.kind, substr(l.period_start, 1, 10) as period_start, substr(l.period_end, 1, 10) as period_end,
      i.issued_on, v.effective_on as voided_on, l.net_minor, count(*) as times
    from invoices i join invoice_lines l on l.invoice_id = i.id
      left join journals v on v.source_id = i.id and v.kind = 'invoice_voided'
    where ${all([...where, sql`i.number is not null and i.issued_on < ${until} and l.net_minor <> 0`])}
      and (l.period_end > ${from} or i.issued_on >= ${from} or v.effective_on >= ${from})
    group by i.currency, l.kind, substr(l.period_start, 1, 10), substr(l.period_end, 1, 10), i.issued_on, v.effective_on, l.net_minor`)
  return rows.map((row) => ({
    currency: row.currency,
    kind: row.kind,
    netMinor: row.net_minor,
    startsOn: row.period_start as IsoDate | null,
    endsOn: row.period_end as IsoDate | null,
    issuedOn: row.issued_on,
    voidedOn: row.voided_on,
    times: BigInt(row.times),
  }))
}
