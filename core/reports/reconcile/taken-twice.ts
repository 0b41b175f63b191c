import { sql, type Queries, type Sql } from '../../db/index.ts'
import type { Found } from './discrepancy.ts'
import { one, type Look } from './look.ts'

interface Twice extends Omit<Found, 'detail'> {
  number: string
  reference: string | null
}

/**
 * Payments "p" for a document that another payment "q" paid: nothing of them could be applied, the client still has all of
 * it as credit, and nothing of it went back yet.
 */
export async function findTakenTwice(
  queries: Queries,
  look: Look,
  { payment, other = sql`1 = 1` }: { payment: Sql; other?: Sql },
): Promise<Found[]> {
  const rows = await queries.all<Twice>(sql`
    select p.id as subject_id, p.brand_id, p.client_id, p.currency, p.received_minor as amount_minor, i.number, p.reference
    from payments p join invoices i on i.id = p.invoice_id
    where p.status = 'succeeded' and ${payment} and p.received_minor > 0 and ${one(sql`p.id`, look)}
      and exists (select 1 from payments q where q.invoice_id = p.invoice_id and q.id <> p.id and q.status = 'succeeded' and ${other})
      and not exists (select 1 from allocations a where a.payment_id = p.id and a.amount_minor > 0)
      and not exists (select 1 from refunds r where r.payment_id = p.id and r.status <> 'failed')
      and p.received_minor <= -(select coalesce(sum(o.amount_minor), 0) from postings o
        where o.client_id = p.client_id and o.account = 'client_credit' and o.currency = p.currency)
    order by p.id limit 1000`)
  return rows.map(({ number, reference, ...row }) => ({
    ...row,
    detail: { number, reference: reference ?? '' },
  }))
}
