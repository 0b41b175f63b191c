import { sql } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { dayStart } from '../day-start.ts'
import { factReport } from '../fact-report.ts'
import { ofQuery, type ReportQuery } from '../report.ts'

/** Days after the due day at which a bucket ends. */
const BUCKETS = [0, 30, 60, 90] as const

/** What clients owe at the end of a day, by how long it has been due. Its sum is the receivable of the ledger. */
export const agedDebtReport = factReport({
  key: 'aged_debt',
  oneDay: true,
  groups: [{ key: 'debtor', kind: 'text' }],
  figures: [
    { key: 'not_due', kind: 'money' },
    { key: 'up_to_30', kind: 'money' },
    { key: 'up_to_60', kind: 'money' },
    { key: 'up_to_90', kind: 'money' },
    { key: 'older', kind: 'money' },
    { key: 'owed', kind: 'money' },
  ],
  subject: 'invoices',
  facts: (query) => {
    const on = addDays(query.until, -1)
    const [due, d30, d60, d90] = BUCKETS.map((days) => addDays(on, -days))
    const between = (from: IsoDate | null, to: IsoDate | null) => sql`case when
      ${from === null ? sql`1 = 1` : sql`o.due_on >= ${from}`} and ${to === null ? sql`1 = 1` : sql`o.due_on < ${to}`} then o.open_minor else 0 end`
    return sql`
      select o.id as document_id, o.currency, coalesce(c.company, c.name) as debtor, ${between(due!, null)} as not_due_minor,
        ${between(d30!, due!)} as up_to_30_minor, ${between(d60!, d30!)} as up_to_60_minor, ${between(d90!, d60!)} as up_to_90_minor,
        ${between(null, d90!)} as older_minor, o.open_minor as owed_minor
      from (${openAt(query)}) o join clients c on c.id = o.client_id where o.open_minor <> 0`
  },
})

function openAt(query: ReportQuery) {
  const cut = dayStart(query.zone, query.until)
  return sql`
    select i.id, i.currency, i.client_id, i.due_on, i.total_minor - coalesce((select sum(a.amount_minor) from allocations a
      where a.invoice_id = i.id and a.created_at < ${cut}), 0) as open_minor
    from invoices i where i.number is not null and i.proforma = 0 and i.kind <> 'receipt' and i.issued_on < ${query.until} and (i.status <> 'paid' or i.paid_at >= ${cut})
      and not exists (select 1 from journals v where v.source_id = i.id and v.kind = 'invoice_voided' and v.effective_on < ${query.until})
      and not exists (select 1 from write_offs w where w.invoice_id = i.id and w.created_at < ${cut}
        and (w.recovered_at is null or w.recovered_at >= ${cut})) and ${ofQuery(query, 'i', sql`i.brand_id`)}`
}
