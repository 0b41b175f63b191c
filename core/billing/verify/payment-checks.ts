import { sql } from '../../db/index.ts'
import { leftOfGrant } from '../credit/credit-standing.ts'
import type { Check } from './check.ts'

/** What credit, payments and dunning owe. */
export const paymentChecks: readonly Check[] = [
  {
    name: 'document is charged by one attempt at a time',
    statement: () => sql`
      select invoice_id as id, cast(count(*) as text) || ' automatic attempts that may all bring money' as problem from payments
      where invoice_id is not null and kind = 'saved_method' and status in ('created', 'needs_client', 'pending', 'authorised', 'unknown')
      group by invoice_id having count(*) > 1 order by invoice_id`,
  },
  {
    name: 'document whose charge was declined has its dunning case',
    statement: () => sql`
      select p.invoice_id as id, 'declined without a case' as problem from payments p
      where p.kind = 'saved_method' and p.status = 'declined' and p.invoice_id is not null
      and not exists (select 1 from dunning_cases d where d.invoice_id = p.invoice_id) group by p.invoice_id order by p.invoice_id`,
  },
  {
    name: 'credit that was given is taken no more than it is worth',
    statement: () => sql`
      select g.id, cast(coalesce(sum(u.amount_minor), 0) as text) || ' taken of ' || cast(g.amount_minor as text) as problem
      from credit_grants g join credit_uses u on u.grant_id = g.id group by g.id, g.amount_minor
      having sum(u.amount_minor) > g.amount_minor or sum(u.amount_minor) < 0 order by g.id`,
  },
  {
    name: 'what is left of given credit is in the credit of its client',
    statement: () => sql`
      select l.client_id as id, 'grants leave ' || cast(l.left_minor as text) || ', the ledger holds ' || cast(coalesce(b.balance_minor, 0) as text) || ' ' || l.currency as problem
      from (select g.client_id, g.currency, sum(${leftOfGrant}) as left_minor from credit_grants g group by g.client_id, g.currency) l
      left join (select client_id, currency, -sum(amount_minor) as balance_minor from postings where account = 'client_credit' group by client_id, currency) b
        on b.client_id = l.client_id and b.currency = l.currency
      where l.left_minor > coalesce(b.balance_minor, 0) order by l.client_id`,
  },
  {
    name: 'credit that was given stands in the ledger',
    statement: () => sql`
      select g.id, 'promotions hold ' || cast(coalesce(sum(p.amount_minor), 0) as text) || ' of ' || cast(g.amount_minor as text) as problem
      from credit_grants g left join journals j on j.kind = 'promotion_granted' and j.source_id = g.id
      left join postings p on p.journal_id = j.id and p.account = 'promotions' group by g.id, g.amount_minor
      having coalesce(sum(p.amount_minor), 0) <> g.amount_minor order by g.id`,
  },
  {
    name: 'bank line is booked with all that came, and once',
    statement: () => sql`
      select l.id, l.status || ' with ' || cast(coalesce(u.used_minor, 0) as text) || ' of ' || cast(l.amount_minor as text) || ' booked' as problem
      from bank_lines l left join (select line_id, sum(amount_minor) as used_minor from bank_line_uses where undone_at is null group by line_id) u on u.line_id = l.id
      where coalesce(u.used_minor, 0) <> case when l.status = 'booked' then l.amount_minor else 0 end order by l.id`,
  },
  {
    name: 'booking of a bank line stands as a payment of its sum',
    statement: () => sql`
      select u.line_id as id, 'payment ' || p.id || ' is ' || p.status || ' over ' || cast(p.received_minor as text) as problem
      from bank_line_uses u join payments p on p.id = u.payment_id
      where (u.undone_at is null and (p.status <> 'succeeded' or p.received_minor <> u.amount_minor)) or (u.undone_at is not null and p.status <> 'reversed')
      order by u.line_id`,
  },
  {
    name: 'surcharge or discount is booked with its payment, in full',
    statement: () => sql`
      select e.payment_id as id, e.kind || ' of ' || cast(e.amount_minor as text) || ' by document ' || i.number || ' over ' || cast(i.total_minor as text) as problem
      from payment_extras e join payments p on p.id = e.payment_id join invoices i on i.id = e.document_id
      where p.status <> 'succeeded' or i.currency <> e.currency or i.client_id <> p.client_id
      or (e.kind = 'surcharge' and (i.kind <> 'invoice' or i.origin <> 'surcharge' or i.origin_id <> p.id or i.total_minor <> e.amount_minor))
      or (e.kind = 'discount' and (i.kind <> 'credit_note' or i.corrects_id <> p.invoice_id or i.total_minor >= 0))
      order by e.payment_id`,
  },
  {
    name: 'surcharge is asked for by its payment',
    statement: () => sql`
      select i.id, 'surcharge ' || i.number || ' belongs to no payment' as problem from invoices i
      where i.origin = 'surcharge' and i.kind = 'invoice' and not exists (select 1 from payment_extras e where e.document_id = i.id) order by i.id`,
  },
  {
    name: 'instalments add up to what their plan covers',
    statement: () => sql`
      select p.id, 'parts of ' || cast(coalesce(sum(t.amount_minor), 0) as text) || ' for ' || cast(p.covers_minor as text) as problem
      from instalment_plans p left join instalments t on t.plan_id = p.id
      group by p.id, p.covers_minor, p.base_minor having coalesce(sum(t.amount_minor), 0) <> p.covers_minor or min(t.amount_minor) <= 0
      or max(t.through_minor) <> p.base_minor + p.covers_minor or min(t.through_minor - t.amount_minor) <> p.base_minor order by p.id`,
  },
  {
    name: 'document with a plan is owed by its next part',
    statement: () => sql`
      select i.id, 'owed on ' || coalesce(i.owed_on, 'its due day') || ', the plan is ' || p.status as problem
      from instalment_plans p join invoices i on i.id = p.invoice_id
      where (p.status = 'active' and (i.status <> 'issued' or i.owed_on is null or (i.owed_on <> (select min(t.due_on) from instalments t
        where t.plan_id = p.id and t.through_minor > (select coalesce(sum(a.amount_minor), 0) from allocations a where a.invoice_id = i.id))
        and not exists (select 1 from automated_acts r where r.task = 'charge' and r.subject = i.id and r.period = 'try_1/' || i.owed_on and r.outcome = 'returned'))))
      or (p.status = 'kept' and i.status = 'issued') order by i.id`,
  },
  {
    name: 'reserved money is in no books, and what was taken is',
    statement: () => sql`
      select a.payment_id as id, 'reserved money is ' || a.status || ', the payment ' || p.status || ' over ' || cast(p.received_minor as text) as problem
      from authorisations a join payments p on p.id = a.payment_id
      where (a.status in ('held', 'capturing', 'releasing') and (p.status <> 'authorised' or exists (select 1 from journals j where j.source_id = p.id)))
      or (a.status = 'captured' and (p.status not in ('succeeded', 'reversed') or a.taken_minor <> p.received_minor))
      or (a.status in ('released', 'lapsed') and p.status in ('authorised', 'unknown', 'pending')) order by a.payment_id`,
  },
]
