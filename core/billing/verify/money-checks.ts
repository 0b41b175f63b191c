import { sql } from '../../db/index.ts'
import { refundPart, refundsInParts } from '../payments/refund-parts.ts'
import type { Check } from './check.ts'

/** What came in and went out, against the movements and the ledger. */
export const moneyChecks: readonly Check[] = [
  {
    name: 'what is given up says so once',
    statement: () => sql`
      select i.id, i.status || case when w.id is null then ', and nothing says since when' else ', and given up since ' || w.created_at end as problem
      from invoices i left join write_offs w on w.invoice_id = i.id and w.recovered_at is null
      where (i.status = 'written_off') <> (w.id is not null) order by i.id`,
  },
  {
    name: 'loss of a client is what it leaves open of what was given up',
    statement: () => sql`
      select d.client_id as id, 'ledger says ' || cast(sum(d.loss_minor) as text) || ', documents say ' || cast(sum(d.open_minor) as text) || ' ' || d.currency as problem
      from (select p.client_id, p.currency, p.amount_minor as loss_minor, 0 as open_minor from postings p where p.account = 'write_offs'
        union all select i.client_id, i.currency, 0, i.total_minor from invoices i where i.status = 'written_off'
        union all select i.client_id, i.currency, 0, -a.amount_minor from invoices i join allocations a on a.invoice_id = i.id where i.status = 'written_off') d
      group by d.client_id, d.currency having sum(d.loss_minor) <> sum(d.open_minor) order by d.client_id`,
  },
  {
    name: 'what a bank took back for good no document counts as paid',
    statement: () => sql`
      select d.id, 'lost ' || cast(d.amount_minor as text) || ', claimed ' || cast(d.claimed_minor as text) || ', and its payment still pays documents' as problem
      from (select d.id, d.payment_id, d.amount_minor, coalesce((select -sum(p.amount_minor) from journals j join postings p on p.journal_id = j.id
          where j.source_id = d.id and j.kind in ('dispute_claimed', 'dispute_dropped') and p.account = 'disputes'), 0) as claimed_minor
        from disputes d where d.status = 'lost') d
      where d.claimed_minor < d.amount_minor and (select coalesce(sum(a.amount_minor), 0) from allocations a join invoices i on i.id = a.invoice_id
        where a.payment_id = d.payment_id and i.status in ('issued', 'paid', 'written_off')) > 0 order by d.id`,
  },
  {
    name: 'reference of a gateway belongs to one payment',
    statement: () => sql`
      select min(p.id) as id, cast(count(*) as text) || ' payments have the reference ' || p.reference as problem from payments p
      where p.status = 'succeeded' and p.reference is not null and p.instance_id is not null
      group by p.instance_id, p.reference having count(*) > 1 order by 1`,
  },
  {
    name: 'movements of a payment add up to what was received',
    statement: () => sql`
      select p.id, 'received ' || cast(p.received_minor as text) || ', its movements say ' || cast(coalesce(sum(x.amount_minor), 0) as text) as problem
      from payments p left join transactions x on x.payment_id = p.id and x.kind = 'payment'
      where p.status = 'succeeded' group by p.id, p.received_minor having coalesce(sum(x.amount_minor), 0) <> p.received_minor order by p.id`,
  },
  {
    name: 'payment is booked in full',
    statement: () => sql`
      select p.id, 'received ' || cast(p.received_minor as text) || ', booked to the client ' || cast(-coalesce(sum(o.amount_minor), 0) as text) as problem
      from payments p join journals j on j.source_id = p.id and j.kind = 'payment_succeeded'
        left join postings o on o.journal_id = j.id and o.account in ('receivable', 'client_credit')
      group by p.id, p.received_minor having p.received_minor + coalesce(sum(o.amount_minor), 0) <> 0 order by p.id`,
  },
  {
    name: 'refund is of a document that its payment paid, and of no more than that',
    statement: () => sql`
      select r.payment_id as id, 'refunds say ' || cast(sum(r.amount_minor) as text) || ' of document ' || r.invoice_id as problem
      from (select r.payment_id, p.invoice_id as paid_id, ${refundPart.invoiceId} as invoice_id, ${refundPart.amountMinor} as amount_minor
        from ${refundsInParts} join payments p on p.id = r.payment_id where r.status <> 'failed') r
      where r.invoice_id is not null and (r.paid_id is null or r.paid_id <> r.invoice_id)
      group by r.payment_id, r.invoice_id having sum(r.amount_minor) > (select coalesce(sum(a.amount_minor), 0) from allocations a
        where a.payment_id = r.payment_id and a.invoice_id = r.invoice_id and a.kind = 'payment') order by r.payment_id`,
  },
  {
    name: 'parts of a refund add up to it',
    statement: () => sql`
      select r.id, 'parts of ' || cast(sum(t.amount_minor) as text) || ' for ' || cast(r.amount_minor as text) as problem
      from refund_parts t join refunds r on r.id = t.refund_id group by r.id, r.amount_minor
      having sum(t.amount_minor) <> r.amount_minor or min(t.amount_minor) <= 0 order by r.id`,
  },
  {
    name: 'what a refund was found to take from credit stands in the ledger',
    statement: () => sql`
      select t.refund_id as id, 'parts take ' || cast(t.taken_minor as text) || ', the ledger says ' || cast(t.booked_minor as text) as problem
      from (select t.refund_id, sum(case when t.taken_from = 'goodwill' then 0 else t.amount_minor end) as taken_minor,
          coalesce(sum((select sum(o.amount_minor) from journals j join postings o on o.journal_id = j.id
            where j.source_id = t.id and j.kind = 'refund_allotted' and o.account = 'client_credit')), 0) as booked_minor
        from refund_parts t group by t.refund_id) t where t.taken_minor <> t.booked_minor order by t.refund_id`,
  },
  {
    name: 'sent refund stands in the ledger once',
    statement: () => sql`
      select r.id, r.status || ' with ' || cast(count(j.id) as text) || ' journals of its sending' as problem
      from refunds r left join journals j on j.source_id = r.id and j.kind = 'refund_sent'
      where r.status in ('pending', 'succeeded') group by r.id, r.status having count(j.id) <> 1 order by r.id`,
  },
  {
    name: 'money of a refund left in the ledger where its movement says',
    statement: () => sql`
      select m.id, 'its movement is at ' || min(m.instance_id) || ', the ledger has it elsewhere' as problem
      from (select r.id, x.instance_id, x.amount_minor - x.fee_minor as net_minor,
          (select coalesce(sum(o.amount_minor), 0) from journals j join postings o on o.journal_id = j.id
            where j.source_id = r.id and j.kind in ('refund_sent', 'refund_moved') and o.account = 'gateway_clearing:' || x.instance_id) as booked_minor
        from refunds r join transactions x on x.payment_id = r.payment_id and x.kind = 'refund' and x.reference = r.reference
        where r.destination <> 'credit' and r.status in ('pending', 'succeeded')) m
      group by m.id having max(case when m.net_minor = m.booked_minor then 1 else 0 end) = 0 order by m.id`,
  },
]

/** Each closed month with the end of the one that was closed before it. */
const closedMonths = sql`
  select m.id, m.brand_id, m.ends_on, (select max(q.ends_on) from ledger_months q
    where q.brand_id = m.brand_id and q.status = 'closed' and q.ends_on < m.ends_on) as opens_on
  from ledger_months m where m.status = 'closed'`

/** Months that are closed, and what was handed over of them. */
export const monthChecks: readonly Check[] = [
  {
    name: 'nothing is booked in a closed month',
    statement: () => sql`
      select j.id, 'dated ' || j.effective_on || ', booked after ' || m.month || ' was closed' as problem
      from journals j join ledger_months m on m.brand_id = j.brand_id and m.starts_on <= j.effective_on and j.effective_on < m.ends_on
      where m.status = 'closed' and j.created_at > m.closed_at order by j.id`,
  },
  {
    name: 'books are closed through the last closed month',
    statement: () => sql`
      select m.id, m.month || ' is closed, the books are open from ' || coalesce(c.until_on, 'the start') as problem
      from ledger_months m left join closed_books c on c.brand_id = m.brand_id
      where m.status = 'closed' and (c.until_on is null or c.until_on < m.ends_on) order by m.id`,
  },
  {
    name: 'balances kept at a close are the sums of their postings',
    statement: () => sql`
      select x.id, x.account || ' in ' || x.currency || ' is off by ' || cast(sum(x.amount_minor) as text) as problem from (
        select m.id, b.account, b.currency, b.balance_minor as amount_minor
          from ledger_months m join ledger_balances b on b.month_id = m.id where m.status = 'closed'
        union all
        select m.id, b.account, b.currency, -b.balance_minor from (${closedMonths}) m
          join ledger_months q on q.brand_id = m.brand_id and q.ends_on = m.opens_on and q.status = 'closed'
          join ledger_balances b on b.month_id = q.id
        union all
        select m.id, p.account, p.currency, -p.amount_minor from (${closedMonths}) m
          join journals j on j.brand_id = m.brand_id and j.effective_on < m.ends_on and (m.opens_on is null or j.effective_on >= m.opens_on)
          join postings p on p.journal_id = j.id) x
      group by x.id, x.account, x.currency having sum(x.amount_minor) <> 0 order by x.id, x.account`,
  },
  {
    name: 'export counts the journals that it marked',
    statement: () => sql`
      select e.id, 'says ' || cast(e.journals as text) || ', marks ' || cast(count(x.journal_id) as text) as problem
      from ledger_exports e left join exported_journals x on x.export_id = e.id
      group by e.id, e.journals having count(x.journal_id) <> e.journals order by e.id`,
  },
]
