import { sql } from '../../db/index.ts'
import type { Check } from './check.ts'

/** What a document and its charges say, against the ledger, the charges and the events that belong to it. */
export const documentChecks: readonly Check[] = [
  {
    name: 'line is the price that it states',
    statement: () => sql`
      select l.id, 'net ' || cast(l.net_minor as text) || ' and tax ' || cast(l.tax_minor as text) || ' are not the price of ' || cast(l.amount_minor as text) as problem
      from invoice_lines l join invoices i on i.id = l.invoice_id where i.number is not null
        and l.amount_minor <> l.net_minor + (case when i.prices_include_tax = 1 then l.tax_minor else 0 end) order by l.id`,
  },
  {
    // A deposit is no revenue: it is the client's credit.
    name: 'lines of a document stand in the ledger by their kind',
    statement: () => sql`
      select x.id, 'lines and revenue of ' || x.kind || ' differ by ' || cast(sum(x.net_minor) as text) as problem from (
        select l.invoice_id as id, l.kind, l.net_minor from invoice_lines l join invoices i on i.id = l.invoice_id
          where i.number is not null and i.proforma = 0 and i.kind <> 'receipt' and l.kind <> 'deposit'
            and (i.total_minor <> 0 or i.subtotal_minor <> 0)
        union all
        select j.source_id, case p.account when 'gift_cards' then 'gift_card' else substr(p.account, 9) end, p.amount_minor
          from journals j join postings p on p.journal_id = j.id
          where j.kind in ('invoice_issued', 'credit_note_issued') and (p.account like 'revenue:%' or p.account = 'gift_cards')) x
      group by x.id, x.kind having sum(x.net_minor) <> 0 order by x.id`,
  },
  {
    name: 'tax of a document stands in the ledger',
    statement: () => sql`
      select x.id, 'tax and its postings differ by ' || cast(sum(x.tax_minor) as text) as problem from (
        select i.id, i.tax_minor from invoices i where i.number is not null and i.proforma = 0 and i.kind <> 'receipt' and (i.total_minor <> 0 or i.subtotal_minor <> 0)
        union all
        select j.source_id, p.amount_minor from journals j join postings p on p.journal_id = j.id
          where j.kind in ('invoice_issued', 'credit_note_issued') and p.account like 'tax:%') x
      group by x.id having sum(x.tax_minor) <> 0 order by x.id`,
  },
  {
    name: 'cash rounding of a document stands in the ledger',
    statement: () => sql`
      select x.id, 'rounding and its postings differ by ' || cast(sum(x.rounding_minor) as text) as problem from (
        select i.id, i.total_minor - i.subtotal_minor - i.tax_minor as rounding_minor from invoices i where i.number is not null and i.proforma = 0
        union all
        select j.source_id, p.amount_minor from journals j join postings p on p.journal_id = j.id
          where j.kind in ('invoice_issued', 'credit_note_issued') and p.account = 'rounding') x
      group by x.id having sum(x.rounding_minor) <> 0 order by x.id`,
  },
  {
    // Half up as toCash has it: what is left of a document is never below zero.
    name: 'a rounded document and its credit notes are worth a sum that can be paid',
    statement: () => sql`
      select x.id, 'worth ' || cast(x.total_minor as text) || ', rounded from ' || cast(x.exact_minor as text) || ' to ' || cast(x.step as text) as problem from (
        select i.id, i.cash_step_minor as step, i.total_minor + cast(coalesce(sum(n.total_minor), 0) as bigint) as total_minor,
          i.subtotal_minor + i.tax_minor + cast(coalesce(sum(n.subtotal_minor + n.tax_minor), 0) as bigint) as exact_minor
        from invoices i left join invoices n on n.corrects_id = i.id and n.kind = 'credit_note'
        where i.kind = 'invoice' and i.status <> 'draft' and i.cash_step_minor <> 0
        group by i.id, i.cash_step_minor, i.total_minor, i.subtotal_minor, i.tax_minor) x
      where x.total_minor <> x.step * ((2 * x.exact_minor + x.step) / (2 * x.step)) order by x.id`,
  },
  {
    name: 'journal of a document has its brand, currency and day',
    statement: () => sql`
      select i.id, 'booked for ' || j.brand_id || ' in ' || j.currency || ' on ' || j.effective_on as problem
      from invoices i join journals j on j.source_id = i.id and j.kind = i.kind || '_issued'
      where j.brand_id <> i.brand_id or j.currency <> i.currency or j.effective_on <> i.issued_on order by i.id`,
  },
  {
    name: 'credit notes take back no more than their invoice',
    statement: () => sql`
      select i.id, 'total ' || cast(i.total_minor as text) || ', credited ' || cast(-sum(n.total_minor) as text) as problem
      from invoices i join invoices n on n.corrects_id = i.id and n.kind = 'credit_note' and n.status <> 'void'
      where n.number is not null group by i.id, i.total_minor having -sum(n.total_minor) > i.total_minor order by i.id`,
  },
  {
    name: 'issued document was told once',
    statement: () => sql`
      select i.id, cast(count(e.id) as text) || ' events of its issue' as problem
      from invoices i left join events e on e.subject = i.id and e.type = i.kind || '.issued'
      where i.number is not null and i.proforma = 0 group by i.id having count(e.id) <> 1 order by i.id`,
  },
  {
    name: 'period of a service is charged on one live line',
    statement: () => sql`
      select l.source_id as id, cast(count(*) as text) || ' live lines for the period of ' || l.period_start as problem
      from invoice_lines l join charges k on k.id = l.live_charge_id and k.cause = ''
      where l.kind = 'recurring' and l.source_id is not null
      group by l.source_id, l.period_start having count(*) > 1 order by l.source_id`,
  },
  {
    // Time that was paid before a service passed on is the giver's; everything after it is the receiver's, also what waits.
    name: 'service is charged to its own client',
    statement: () => sql`
      select s.id, 'of ' || s.client_id || ', its period of ' || c.period_start || ' is charged to ' || c.client_id as problem
      from services s join charges c on c.source_id = s.id and c.client_id <> s.client_id
      where c.kind = 'recurring' and c.cause = '' and not exists (
        select 1 from service_transfer_items m where m.service_id = s.id and c.period_start < m.charged_through)
      union all
      select p.id, 'of ' || p.client_id || ', the service that it is a part of is of ' || s.client_id
      from services p join services s on s.id = p.parent_id where p.client_id <> s.client_id and p.billing_status <> 'ended'
      order by 1`,
  },
]
