import { Type } from '../../../sdk/index.ts'
import { all, sql, type Sql } from '../../db/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'

/** Of what failed at first in a month: how many documents, how much, and how much of it was paid within the window. */
export interface Recovery {
  month: string
  currency: string
  documents: number
  recovered_documents: number
  failed_minor: bigint
  recovered_minor: bigint
}

/** Payments and returned money of the document after the failure and within the window, never more than had failed. */
export const recoveredOf: Sql = sql`(select case when coalesce(sum(a.amount_minor), 0) < 0 then 0
    when coalesce(sum(a.amount_minor), 0) > d.failed_minor then d.failed_minor else coalesce(sum(a.amount_minor), 0) end
  from allocations a where a.invoice_id = d.invoice_id and a.kind in ('payment', 'dispute') and a.created_at >= d.failed_at
  and (d.window_ends_at is null or a.created_at <= d.window_ends_at))`

/** What dunning has brought, by the month of the first failure and currency, the latest month first. */
export const reportRecovery = defineVerb(
  {
    permission: 'dunning.report',
    audience: ['staff'],
    input: Type.Object({ brand_id: Type.Optional(Type.String()) }),
  },
  (means: Means, { brand_id }, actor): Promise<Recovery[]> => {
    const own = [scoped(actor, { table: 'd' }), ...(brand_id ? [sql`d.brand_id = ${brand_id}`] : [])]
    return means.db.all<Recovery>(sql`
      select c.month, c.currency, count(*) as documents, sum(case when c.recovered_minor >= c.failed_minor then 1 else 0 end) as recovered_documents,
        sum(c.failed_minor) as failed_minor, sum(c.recovered_minor) as recovered_minor
      from (select d.month, d.currency, d.failed_minor, ${recoveredOf} as recovered_minor from dunning_cases d where ${all(own)}) c
      group by c.month, c.currency order by c.month desc, c.currency limit 240`)
  },
)

/** Parts per million; null when nothing failed. */
export const recoveryRate = ({ failed_minor, recovered_minor }: Recovery): number | null =>
  failed_minor === 0n ? null : Number((recovered_minor * 1_000_000n) / failed_minor)
