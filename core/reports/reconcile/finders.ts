import { sql, type Queries } from '../../db/index.ts'
import { addDays, type Instant, type IsoDate } from '../../kernel/index.ts'
import { nextChargeOf, type ServiceRow } from '../../services/index.ts'
import { findChargedByAgreement, findDifferingPayouts, findUnmatchedMovements } from './gateway-finders.ts'
import type { DiscrepancyKind, Found } from './discrepancy.ts'
import { one, waitedFor, type Look } from './look.ts'
import { findOverpaid } from './overpaid.ts'
import { findTakenTwice } from './taken-twice.ts'

/** What lies in the queues of staff or is just happening is no discrepancy yet. */
const PATIENCE_HOURS = 1

/** How each kind is found: one statement over all records, a fixed number for any shop. */
export const finders: Readonly<Record<DiscrepancyKind, (queries: Queries, look: Look) => Promise<Found[]>>> =
  {
    unplanned: findUnplanned,
    undelivered: findUndelivered,
    charged_twice: findChargedTwice,
    overpaid: findOverpaid,
    charged_by_agreement: findChargedByAgreement,
    unknown_transaction: findUnknownTransactions,
    unmatched_movement: findUnmatchedMovements,
    payout_differs: findDifferingPayouts,
    unsettled: findUnsettled,
  }

const before = (look: Look): Instant => waitedFor(look, PATIENCE_HOURS)

/** In force and recurring, but nothing will ever be charged again though nobody has ended it. */
async function findUnplanned(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<ServiceRow>(sql`
    select s.* from services s where s.billing_status = 'active' and s.cycle not in ('once', 'free') and s.cancel_on is null
      and s.paused_on is null and (s.next_period_on is null or s.anchor_on is null) and ${one(sql`s.id`, look)} order by s.id limit 1000`)
  return rows.map((row) => ({
    ...{ subject_id: row.id, brand_id: row.brand_id, client_id: row.client_id, currency: row.currency },
    amount_minor: row.recurring_minor,
    detail: { name: row.label, day: nextChargeOf(row)?.next_period_on ?? '' },
  }))
}

interface Undelivered extends Omit<Found, 'detail'> {
  label: string
  number: string
  paid_at: Instant
}

/** A document with it is paid, and no delivery was ever begun. "cross": by the few such services, not by all lines. */
async function findUndelivered(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<Undelivered>(sql`
    select s.id as subject_id, s.brand_id, s.client_id, s.currency, null as amount_minor, s.label, max(i.number) as number, max(i.paid_at) as paid_at
    from services s cross join invoice_lines l join invoices i on i.id = l.invoice_id
    where l.source_id = s.id and s.delivery_status = 'none' and s.billing_status in ('pending', 'active') and s.delivery_on in ('payment', 'order')
      and not exists (select 1 from invoices n where n.corrects_id = i.id and n.kind = 'credit_note' and n.status <> 'void')
      and i.status = 'paid' and i.kind = 'invoice' and i.paid_at < ${before(look)} and ${one(sql`s.id`, look)}
    group by s.id, s.brand_id, s.client_id, s.currency, s.label order by s.id limit 1000`)
  return rows.map(({ label, number, paid_at, ...row }) => ({
    ...row,
    detail: { name: label, number, day: paid_at.slice(0, 10) },
  }))
}

/** A gateway took the same sum again for a document that was paid. */
function findChargedTwice(queries: Queries, look: Look): Promise<Found[]> {
  return findTakenTwice(queries, look, {
    payment: sql`p.kind <> 'agreement' and p.instance_id is not null`,
    other: sql`q.received_minor = p.received_minor`,
  })
}

interface Unmatched {
  subject_id: string
  brand_id: string
  outcome: string
  gateway: string
}

/** Movements that a gateway reported and that fitted nothing of ours when they came. */
async function findUnknownTransactions(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<Unmatched>(sql`
    select w.id as subject_id, coalesce(g.brand_id, (select min(b.id) from brands b)) as brand_id, w.outcome, g.name as gateway
    from webhook_events w join plugin_instances g on g.id = w.instance_id
    where w.status = 'handled' and w.outcome like '%unmatched %' and w.received_at < ${before(look)} and ${one(sql`w.id`, look)}
    order by w.id limit 1000`)
  return rows.map(({ subject_id, brand_id, outcome, gateway }) => ({
    ...{ subject_id, brand_id, client_id: null, currency: null, amount_minor: null },
    detail: { gateway, what: outcome.slice(0, 200) },
  }))
}

interface Unsettled extends Omit<Found, 'detail'> {
  number: string
  status: string
  open_minor: bigint
}

/** What is applied to a document does not fit its state: nothing open and not paid, or paid and something open. */
async function findUnsettled(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<Unsettled>(sql`
    select i.id as subject_id, i.brand_id, i.client_id, i.currency, i.number, i.status, i.total_minor - coalesce(sum(a.amount_minor), 0) as open_minor
    from invoices i left join allocations a on a.invoice_id = i.id
    where i.status in ('issued', 'paid') and i.kind = 'invoice' and i.proforma = 0 and ${one(sql`i.id`, look)}
    group by i.id, i.brand_id, i.client_id, i.currency, i.number, i.status, i.total_minor
    having (i.status = 'issued' and i.total_minor = coalesce(sum(a.amount_minor), 0))
      or (i.status = 'paid' and i.total_minor > coalesce(sum(a.amount_minor), 0)) order by i.id limit 1000`)
  return rows.map(({ number, status, open_minor, ...row }) => ({
    ...row,
    amount_minor: null,
    detail: { number, state: status, open: open_minor.toString() },
  }))
}

/** How long a discrepancy that was closed stays in the list. */
export const keptSince = (today: IsoDate): IsoDate => addDays(today, -30)
