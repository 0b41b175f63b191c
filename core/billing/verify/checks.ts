import { sql, type Queries } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import type { Check } from './check.ts'
import { documentChecks } from './document-checks.ts'
import { gatewayChecks } from './gateway-checks.ts'
import { moneyChecks, monthChecks } from './money-checks.ts'
import { paymentChecks } from './payment-checks.ts'

/** Where a brand does not charge suspended services, their periods are left out until they are released. */
const CHARGED_WHEN_SUSPENDED = sql`'true' = coalesce(
  (select value from settings where key = 'services.invoice_suspended' and scope = 'brand' and scope_id = b.id),
  (select value from settings where key = 'services.invoice_suspended' and scope = 'installation'), 'true')`

/**
 * Each check is one statement over all documents, because a ledger that sums to zero proves little: what counts is that
 * every single document, payment and service agrees with its postings.
 */
export const checks: readonly Check[] = [
  {
    name: 'journal balances in every currency',
    statement: () => sql`
      select journal_id as id, 'postings sum to ' || cast(sum(amount_minor) as text) || ' ' || currency as problem
      from postings group by journal_id, currency having sum(amount_minor) <> 0 order by journal_id`,
  },
  {
    name: 'posting belongs to a journal',
    statement: () => sql`
      select p.journal_id as id, 'postings without a journal' as problem from postings p
      where not exists (select 1 from journals j where j.id = p.journal_id) group by p.journal_id`,
  },
  {
    name: 'lines add up to the document',
    statement: () => sql`
      select i.id, 'lines sum to ' || cast(coalesce(sum(l.net_minor), 0) as text) || ' + ' || cast(coalesce(sum(l.tax_minor), 0) as text) || ' tax, the document says ' || cast(i.subtotal_minor as text) || ' + ' || cast(i.tax_minor as text) as problem
      from invoices i left join invoice_lines l on l.invoice_id = i.id where i.status <> 'draft'
      group by i.id, i.subtotal_minor, i.tax_minor, i.total_minor, i.cash_step_minor
      having coalesce(sum(l.net_minor), 0) <> i.subtotal_minor or coalesce(sum(l.tax_minor), 0) <> i.tax_minor or abs(i.total_minor - i.subtotal_minor - i.tax_minor) > i.cash_step_minor`,
  },
  {
    name: 'tax table adds up to the tax',
    statement: () => sql`
      select i.id, 'tax table sums to ' || cast(coalesce(sum(t.tax_minor), 0) as text) || ', the document says ' || cast(i.tax_minor as text) as problem
      from invoices i left join invoice_taxes t on t.invoice_id = i.id where i.status <> 'draft'
      group by i.id, i.tax_minor having coalesce(sum(t.tax_minor), 0) <> i.tax_minor`,
  },
  {
    name: 'what is not taxed bears no tax',
    statement: () => sql`
      select t.invoice_id as id, t.tax_name || ' is ' || t.treatment || ', but takes ' || cast(t.tax_minor as text) as problem
      from invoice_taxes t where t.treatment <> 'standard' and t.tax_minor <> 0 order by t.invoice_id`,
  },
  {
    name: 'document stands in the ledger once',
    statement: () => sql`
      select i.id, 'receivable postings of its issue sum to ' || cast(coalesce(sum(p.amount_minor), 0) as text) || ', its total is ' || cast(i.total_minor as text) as problem
      from invoices i left join journals j on j.source_id = i.id and j.kind = i.kind || '_issued'
      left join postings p on p.journal_id = j.id and p.account = 'receivable' where i.number is not null and i.proforma = 0 and i.kind <> 'receipt'
      group by i.id, i.total_minor having coalesce(sum(p.amount_minor), 0) <> i.total_minor`,
  },
  {
    name: 'voided document is reversed',
    statement: () => sql`
      select i.id, 'void, but its journal is not reversed' as problem from invoices i where i.status = 'void' and i.total_minor <> 0 and i.proforma = 0
      and not exists (select 1 from journals j where j.source_id = i.id and j.kind = 'invoice_voided')`,
  },
  {
    name: 'document is never allocated more than its total',
    statement: () => sql`
      select i.id, 'allocated ' || cast(sum(a.amount_minor) as text) || ' of ' || cast(i.total_minor as text) as problem
      from invoices i join allocations a on a.invoice_id = i.id where i.kind = 'invoice'
      group by i.id, i.total_minor having sum(a.amount_minor) > i.total_minor or sum(a.amount_minor) < 0`,
  },
  {
    name: 'paid means nothing is open, issued means something is',
    statement: () => sql`
      select i.id, i.status || ' with ' || cast(i.total_minor - coalesce(sum(a.amount_minor), 0) as text) || ' open' as problem
      from invoices i left join allocations a on a.invoice_id = i.id where i.status in ('paid', 'issued') and i.kind <> 'receipt'
      group by i.id, i.status, i.total_minor
      having (i.status = 'paid' and i.total_minor <> coalesce(sum(a.amount_minor), 0)) or (i.status = 'issued' and i.total_minor = coalesce(sum(a.amount_minor), 0))`,
  },
  {
    name: 'a proforma is owed and paid nothing',
    statement: () => sql`
      select i.id, i.number || ' is a proforma that is ' || i.status || ', with ' || cast(coalesce(sum(a.amount_minor), 0) as text) || ' applied' as problem
      from invoices i left join allocations a on a.invoice_id = i.id where i.proforma = 1
      group by i.id, i.number, i.status having i.status not in ('issued', 'void') or coalesce(sum(a.amount_minor), 0) <> 0`,
  },
  {
    name: 'a deposit has one receipt over what came',
    statement: () => sql`
      select p.id, 'received ' || cast(p.received_minor as text) || ', receipts say ' || cast(coalesce(sum(i.total_minor), 0) as text) as problem
      from receipts r join payments p on p.id = r.payment_id join invoices i on i.id = r.invoice_id
      group by p.id, p.received_minor having coalesce(sum(i.total_minor), 0) <> p.received_minor`,
  },
  {
    name: 'a carried sum waits or stands on one document',
    statement: () => sql`
      select c.charge_id as id, case c.placed when 1 then 'placed, but on no document' else 'still carried, but on a document' end as problem
      from carried_lines c left join (select l.charge_id from invoice_lines l where l.charge_id is not null group by l.charge_id) l
        on l.charge_id = c.charge_id where (c.placed = 1) <> (l.charge_id is not null)`,
  },
  {
    name: 'payment stands in the ledger once',
    statement: () => sql`
      select p.id, 'succeeded without a journal, or the other way round' as problem from payments p
      left join journals j on j.source_id = p.id and j.kind = 'payment_succeeded'
      where (p.status in ('succeeded', 'reversed')) <> (j.id is not null)`,
  },
  {
    name: 'payment applies no more than came',
    statement: () => sql`
      select p.id, 'received ' || cast(p.received_minor as text) || ', applied ' || cast(sum(a.amount_minor) as text) as problem
      from payments p join allocations a on a.payment_id = p.id group by p.id, p.received_minor having sum(a.amount_minor) > p.received_minor`,
  },
  {
    name: 'refunds are no more than came',
    statement: () => sql`
      select p.id, 'received ' || cast(p.received_minor as text) || ', refunded ' || cast(sum(r.amount_minor) as text) as problem
      from payments p join refunds r on r.payment_id = p.id where r.status <> 'failed' group by p.id, p.received_minor having sum(r.amount_minor) > p.received_minor`,
  },
  {
    name: 'what refunds hold back is what they have not sent yet',
    statement: () => sql`
      select d.currency as id, 'ledger holds ' || cast(d.held_minor as text) || ', refunds say ' || cast(d.due_minor as text) as problem
      from (select c.currency,
          -coalesce((select sum(p.amount_minor) from postings p where p.account = 'refunds_due' and p.currency = c.currency), 0) as held_minor,
          coalesce((select sum(r.amount_minor) from refunds r where r.status = 'created' and r.taken_from <> 'goodwill' and r.currency = c.currency), 0) as due_minor
        from (select currency from postings where account = 'refunds_due' union select currency from refunds where taken_from <> 'goodwill') c) d
      where d.held_minor <> d.due_minor`,
  },
  {
    name: 'client credit is never below zero',
    statement: () => sql`
      select client_id as id, 'credit of ' || cast(-sum(amount_minor) as text) || ' ' || currency as problem
      from postings where account = 'client_credit' group by client_id, currency having sum(amount_minor) > 0`,
  },
  {
    name: 'receivable of a client equals what its documents leave open',
    statement: () => sql`
      select d.client_id as id, 'ledger says ' || cast(coalesce(l.ledger_minor, 0) as text) || ', documents say ' || cast(d.open_minor as text) || ' ' || d.currency as problem
      from (select i.client_id, i.currency, sum(case i.status when 'void' then -coalesce(a.allocated, 0) when 'written_off' then 0 else i.total_minor - coalesce(a.allocated, 0) end) as open_minor
        from invoices i left join (select invoice_id, sum(amount_minor) as allocated from allocations group by invoice_id) a on a.invoice_id = i.id
        where i.number is not null and i.proforma = 0 and i.kind <> 'receipt' group by i.client_id, i.currency) d
      left join (select client_id, currency, sum(amount_minor) as ledger_minor from postings where account = 'receivable' group by client_id, currency) l
        on l.client_id = d.client_id and l.currency = d.currency
      where coalesce(l.ledger_minor, 0) <> d.open_minor`,
  },
  {
    name: 'charge is on at most one live document',
    statement: () => sql`
      select live_charge_id as id, 'on several live lines' as problem from invoice_lines where live_charge_id is not null group by live_charge_id having count(*) > 1`,
  },
  {
    name: 'live service has its next charge planned',
    statement: () => sql`
      select s.id, 'active and recurring, but nothing is planned after ' || coalesce(s.charged_through, 'the start') as problem from services s
      where s.billing_status = 'active' and s.cycle not in ('once', 'free') and s.next_period_on is null and s.cancel_on is null
      and s.paused_on is null`,
  },
  {
    name: 'paused service is held by its client and charges nothing',
    statement: () => sql`
      select s.id, 'paused since ' || s.paused_on || case when s.next_period_on is null then ', but no hold says so' else ', but its charge of ' || s.next_period_on || ' is planned' end as problem
      from services s where s.paused_on is not null and s.billing_status <> 'ended' and (s.next_period_on is not null
        or not exists (select 1 from service_holds h where h.service_id = s.id and h.reason in ('client', 'parent')))`,
  },
  {
    name: 'period that a cancellation dropped is planned again',
    statement: () => sql`
      select s.id, 'kept after a cancellation, but its period of ' || min(c.period_start) || ' is neither charged nor planned' as problem
      from services s join charges c on c.source_id = s.id and c.kind = 'recurring' and c.cause like 'dropped/%'
      where s.billing_status = 'active' and s.cancel_on is null and (s.next_period_on is null or s.next_period_on > c.period_start)
      and not exists (select 1 from charges k where k.source_id = s.id and k.kind = 'recurring' and k.period_start = c.period_start and k.cause not like 'dropped/%')
      group by s.id order by s.id`,
  },
  {
    name: 'gift card holds what moved on it',
    statement: () => sql`
      select g.id, 'holds ' || cast(g.balance_minor as text) || ', its movements sum to ' || cast(coalesce(sum(m.amount_minor), 0) as text) as problem
      from gift_cards g left join gift_card_movements m on m.gift_card_id = g.id
      group by g.id, g.balance_minor having g.balance_minor <> coalesce(sum(m.amount_minor), 0)`,
  },
  {
    name: 'movement of a gift card stands in the ledger once',
    statement: () => sql`
      select m.gift_card_id as id, m.kind || ' of ' || cast(m.amount_minor as text) || ' without its journal' as problem
      from gift_card_movements m left join journals j on j.source_id = m.id and j.kind = 'gift_card_' || m.kind
      where (m.kind not in ('bought', 'credited')) <> (j.id is not null)`,
  },
  {
    // Sold and not paid yet is owed by the document, the rest by the cards.
    name: 'gift cards are what the ledger owes for them',
    statement: () => sql`
      select d.currency as id, 'ledger owes ' || cast(d.ledger_minor as text) || ', cards and sales say ' || cast(d.cards_minor + d.sold_minor - d.moved_minor as text) as problem
      from (select c.currency,
          -coalesce((select sum(p.amount_minor) from postings p where p.account = 'gift_cards' and p.currency = c.currency), 0) as ledger_minor,
          coalesce((select sum(g.balance_minor) from gift_cards g where g.currency = c.currency), 0) as cards_minor,
          coalesce((select sum(l.net_minor) from invoice_lines l join invoices i on i.id = l.invoice_id
            where l.kind = 'gift_card' and i.number is not null and i.status <> 'void' and i.currency = c.currency), 0) as sold_minor,
          coalesce((select sum(m.amount_minor) from gift_card_movements m join gift_cards g on g.id = m.gift_card_id
            where m.kind in ('bought', 'credited') and g.currency = c.currency), 0) as moved_minor
        from (select currency from postings where account = 'gift_cards' union select currency from gift_cards) c) d
      where d.ledger_minor <> d.cards_minor + d.sold_minor - d.moved_minor`,
  },
  {
    name: 'coupon counts its uses',
    statement: () => sql`
      select k.id, 'counts ' || cast(k.uses as text) || ' uses, there are ' || cast(count(u.id) as text) as problem
      from coupons k left join coupon_uses u on u.coupon_id = k.id and u.released_at is null
      group by k.id, k.uses having k.uses <> count(u.id)`,
  },
  {
    name: 'discount of a bond ends with it',
    statement: () => sql`
      select d.id, 'lowers ' || d.service_id || ' although ' || min(s.id) || ' of the same bond has ended' as problem
      from service_discounts d join service_bonds b on b.bond_id = d.bond_id join services s on s.id = b.service_id
      where d.ended_at is null and s.billing_status = 'ended' group by d.id, d.service_id order by d.id`,
  },
  {
    // A service that was put back to an earlier period, or that catches up by a few periods a day, waits for the run of the next day.
    name: 'no period is left behind',
    statement: ({ today }) => sql`
      select s.id, 'period of ' || s.next_period_on || ' was never charged' as problem from services s join brands b on b.id = s.brand_id
      where s.billing_status = 'active' and s.next_period_on < ${addDays(today, -2)} and (s.cancel_on is null or s.cancel_on > s.next_period_on)
      and s.delivery_status <> 'gone' and (s.delivery_status <> 'suspended' or ${CHARGED_WHEN_SUSPENDED})
      and not exists (select 1 from parked_clients p where p.client_id = s.client_id)
      and exists (select 1 from billing_runs r where r.kind in ('renewals', 'renewals:' || b.zone) and r.as_of_on >= s.next_period_on and r.status <> 'running' and r.started_at > s.updated_at
        and not exists (select 1 from charges c where c.source_id = s.id and c.kind = 'recurring' and c.created_at >= r.started_at))`,
  },
  ...documentChecks,
  ...moneyChecks,
  ...gatewayChecks,
  ...monthChecks,
  ...paymentChecks,
]

export function runCheck(
  queries: Queries,
  check: Check,
  context: { today: IsoDate },
): Promise<{ id: string; problem: string }[]> {
  return queries.all(check.statement(context))
}
