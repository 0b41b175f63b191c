import { otherAmount } from '../../billing/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import type { Found } from './discrepancy.ts'
import { one, type Look } from './look.ts'

interface Overpaid extends Omit<Found, 'detail'> {
  number: string
  reference: string | null
}

/** More came than was asked for: the document took what it was owed, the client still has the rest as credit. */
export async function findOverpaid(queries: Queries, look: Look): Promise<Found[]> {
  const rest = sql`(p.received_minor - p.amount_minor)`
  const rows = await queries.all<Overpaid>(sql`
    select p.id as subject_id, p.brand_id, p.client_id, p.currency, ${rest} as amount_minor, i.number, p.reference
    from payments p join invoices i on i.id = p.invoice_id
    where p.received_minor > p.amount_minor and p.instance_id is not null and ${otherAmount} and ${one(sql`p.id`, look)}
      and exists (select 1 from allocations a where a.payment_id = p.id and a.amount_minor > 0)
      and ${rest} <= p.received_minor - (select sum(a.amount_minor) from allocations a where a.payment_id = p.id)
      and not exists (select 1 from refunds r where r.payment_id = p.id and r.status <> 'failed')
      and ${rest} <= -(select coalesce(sum(o.amount_minor), 0) from postings o
        where o.client_id = p.client_id and o.account = 'client_credit' and o.currency = p.currency)
    order by p.id limit 1000`)
  return rows.map(({ number, reference, ...row }) => ({
    ...row,
    detail: { number, reference: reference ?? '' },
  }))
}
