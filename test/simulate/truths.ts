import type { InvoiceLineRow } from '../../core/billing/invoice.ts'
import { partsOf } from '../../core/billing/plan-credit-note.ts'
import { checks, runCheck } from '../../core/billing/verify/checks.ts'
import { verifyBooks } from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import type { IsoDate } from '../../core/kernel/index.ts'
import { verifyStates } from '../../core/records/index.ts'
import type { House } from './house.ts'

/** What must hold at any moment, as sentences about what does not; none when all is well. */
export async function brokenTruths(
  { means, trouble }: House,
  today: IsoDate,
  depth: 'quick' | 'whole',
): Promise<string[]> {
  const broken = [...trouble]
  if (depth === 'whole') {
    for (const { check, id, problem } of [
      ...(await verifyBooks(means.db, today)),
      ...(await verifyStates(means.db)),
    ])
      broken.push(`${check}: ${id} ${problem}`)
    broken.push(
      ...(await paidDays(means.db)),
      ...(await taxesOfTheDay(means.db)),
      ...(await couponLimits(means.db)),
    )
    broken.push(...(await newPricesInTime(means.db)))
  } else {
    for (const check of checks)
      for (const { id, problem } of await runCheck(means.db, check, { today }))
        broken.push(`${check.name}: ${id} ${problem}`)
  }
  const parked = await means.db.all<{ client_id: string; reason: string }>(
    sql`select client_id, reason from parked_clients`,
  )
  broken.push(...parked.map(({ client_id, reason }) => `parked ${client_id}: ${reason}`))
  return broken
}

interface Span {
  source_id: string
  sign: number
  period_start: IsoDate
  period_end: IsoDate
}

/**
 * Each day of a service is charged once: a period charges its days; a change of cycle gives back what is left of them and
 * charges its own. What a cancellation took back does not count; what was declared void, or waits for a larger sum, does.
 */
export async function paidDays(db: House['means']['db']): Promise<string[]> {
  const periods = await db.all<Omit<Span, 'sign'>>(sql`
    select l.source_id, c.period_start, c.period_end from invoice_lines l join invoices i on i.id = l.invoice_id
    join charges c on c.id = l.live_charge_id or (c.id = l.charge_id and i.status = 'void'
      and not exists (select 1 from invoice_lines x where x.live_charge_id = c.id)) join services s on s.id = l.source_id
    where s.cycle not in ('once', 'free') and c.cause not like 'dropped/%' and c.period_end is not null and l.kind = 'recurring'
    union all
    select c.source_id, c.period_start, c.period_end from carried_lines w
    join charges c on c.id = w.charge_id join services s on s.id = c.source_id
    where w.placed = 0 and s.cycle not in ('once', 'free') and c.period_end is not null and c.kind = 'recurring'`)
  const spans = [...periods.map((period) => ({ ...period, sign: 1 })), ...(await movedDays(db))]
  const broken: string[] = []
  for (const [id, own] of Map.groupBy(spans, (span) => span.source_id)) {
    const steps = new Map<string, number>()
    const step = (day: string, by: number) => steps.set(day, (steps.get(day) ?? 0) + by)
    for (const { sign, period_start, period_end } of own) {
      step(period_start, sign)
      step(period_end, -sign)
    }
    let times = 0
    for (const day of [...steps.keys()].sort()) {
      times += steps.get(day)!
      if (times < 0 || times > 1)
        broken.push(`a paid day is charged once: ${id} is charged ${times} times on ${day}`)
    }
  }
  return broken
}

/** What changes of the cycle gave back and charged. Within the same cycle no day moves, whatever the sums. */
async function movedDays(db: House['means']['db']): Promise<Span[]> {
  const rows = await db.all<{
    service_id: string
    effective_on: IsoDate
    before_state: string
    after_state: string
  }>(sql`
    select service_id, effective_on, before_state, after_state from service_changes where status = 'applied'`)
  return rows.flatMap(({ service_id, effective_on, before_state, after_state }) => {
    const before = JSON.parse(before_state) as { chargedThrough: IsoDate | null }
    const { days } = JSON.parse(after_state) as { days: { chargedThrough: IsoDate } | null }
    if (!days) return []
    const span = { source_id: service_id, period_start: effective_on }
    const back = before.chargedThrough && before.chargedThrough > effective_on
    return [
      ...(back ? [{ ...span, sign: -1, period_end: before.chargedThrough! }] : []),
      { ...span, sign: 1, period_end: days.chargedThrough },
    ]
  })
}

type Queries = House['means']['db']

/** What is charged bears no other rate than that of the day; what gives time back, the one with which it was charged. */
async function taxesOfTheDay(db: Queries): Promise<string[]> {
  const rows = await db.all<{ id: string; issued_on: string; tax_name: string; rate_ppm: number }>(sql`
    select i.id, i.issued_on, t.tax_name, t.rate_ppm from invoices i join invoice_taxes t on t.invoice_id = i.id
    where i.kind = 'invoice' and i.issued_on is not null and i.proforma_number is null and t.rate_ppm > 0 and not exists (
      select 1 from tax_rules r where r.seller_id = i.seller_id and r.name = t.tax_name and r.rate_ppm = t.rate_ppm
        and r.starts_on <= i.issued_on and (r.ends_on is null or r.ends_on >= i.issued_on))`)
  if (rows.length === 0) return []
  const lines = await db.all<InvoiceLineRow>(sql`
    select * from invoice_lines where invoice_id in (${list(rows.map(({ id }) => id))})
      and not (kind = 'change' and amount_minor < 0)`)
  const isCharged = ({ id, tax_name, rate_ppm }: (typeof rows)[number]) =>
    lines.some(
      (line) =>
        line.invoice_id === id &&
        partsOf(line).some(({ rate }) => rate.name === tax_name && rate.ratePpm === rate_ppm),
    )
  return rows
    .filter(isCharged)
    .map(({ id, ...row }) => `${id} bears ${row.tax_name} of ${row.rate_ppm} on ${row.issued_on}`)
}

/** No coupon is used more often than it may be, in all and by one client: counted from the orders. */
async function couponLimits(db: Queries): Promise<string[]> {
  const rows = await db.all<{
    code: string
    uses_max: number | null
    uses_per_client: number | null
    uses: number
    most: number
  }>(sql`
    select k.code, k.uses_max, k.uses_per_client, sum(u.uses) as uses, max(u.uses) as most from coupons k
    join (select coupon_id, client_id, count(*) as uses from coupon_uses where released_at is null group by coupon_id, client_id) u
      on u.coupon_id = k.id group by k.id, k.code, k.uses_max, k.uses_per_client`)
  return rows
    .filter(
      ({ uses_max, uses_per_client, uses, most }) =>
        uses > (uses_max ?? Infinity) || most > (uses_per_client ?? Infinity),
    )
    .map((row) => `the coupon ${row.code} was used ${row.uses} times, ${row.most} times by one client`)
}

/** A changed price is charged from the first period that begins on its day, and no period before. */
async function newPricesInTime(db: Queries): Promise<string[]> {
  const rows = await db.all<{
    service_id: string
    from_on: string
    period_start: string
    unit_minor: bigint
  }>(sql`
    select r.service_id, r.from_on, l.period_start, l.unit_minor from service_repricings r
    join invoice_lines l on l.source_id = r.service_id and l.kind = 'recurring'
    join invoices i on i.id = l.invoice_id and i.kind = 'invoice' and i.status <> 'void'
    where r.status = 'applied' and r.new_amount_minor <> r.old_amount_minor
      and l.period_start < r.from_on and l.period_start >= (
        select coalesce(max(h.effective_on), '') from service_changes h where h.service_id = r.service_id and h.status = 'applied')
      and l.unit_minor = r.new_amount_minor and not exists (
        select 1 from service_repricings o where o.service_id = r.service_id and o.id <> r.id)`)
  return rows.map(
    (row) => `${row.service_id} pays ${row.unit_minor} from ${row.period_start}, before ${row.from_on}`,
  )
}

/** What can be asked only when nothing is on its way: gateway, panel and house tell the same story. */
export async function brokenAgreements(house: House): Promise<string[]> {
  return [
    ...(await gatewayAgrees(house)),
    ...(await tillAgrees(house)),
    ...(await panelAgrees(house)),
    ...(await changesAgree(house)),
    ...(await ordersAgree(house)),
  ]
}

async function gatewayAgrees({ means, outside }: House): Promise<string[]> {
  const rows = await means.db.all<{
    effect_key: string
    status: string
    received_minor: bigint
    instance_id: string | null
  }>(sql`select effect_key, status, received_minor, instance_id from payments where instance_id is not null`)
  const booked = new Map(rows.map((row) => [row.effect_key, row]))
  const broken: string[] = []
  for (const { key, state, amount } of outside.gateway.payments.values()) {
    const ours = booked.get(key)
    if (!ours) broken.push(`the gateway has a payment ${key} that we do not know`)
    else if ((state === 'succeeded') !== (ours.status === 'succeeded'))
      broken.push(`the gateway says ${state} of ${key}, we say ${ours.status}`)
    else if (state === 'succeeded' && ours.received_minor !== BigInt(amount.minor))
      broken.push(`the gateway took ${amount.minor} for ${key}, we booked ${ours.received_minor}`)
  }
  const refunds = await means.db.all<{ effect_key: string; status: string }>(
    sql`select effect_key, status from refunds where destination = 'source' and effect_key not like 'foreign/%'`,
  )
  for (const reference of outside.gateway.inPages) {
    const row = await means.db.get(
      sql`select id from refunds where reference = ${reference} and status = 'succeeded' and effect_key like 'foreign/%'`,
    )
    if (!row) broken.push(`the gateway gave ${reference} back in its pages, and we do not know`)
  }
  for (const { effect_key, status } of refunds)
    if (outside.gateway.refunds.has(effect_key) !== (status === 'succeeded'))
      broken.push(
        `the gateway ${outside.gateway.refunds.has(effect_key) ? 'sent' : 'did not send'} the refund ${effect_key}, we say ${status}`,
      )
  return broken
}

/** What the gateway holds of ours, moved and paid out, is what the clearing account holds, and nothing waits. */
async function tillAgrees({ means, outside }: House): Promise<string[]> {
  const waiting = await means.db.all<{ reference: string; kind: string; problem: string | null }>(
    sql`select reference, kind, problem from gateway_movements where status <> 'booked' order by reference`,
  )
  const broken = waiting.map(
    (row) => `the movement ${row.reference} (${row.kind}) waits: ${row.problem ?? 'fits nothing'}`,
  )
  const rows = await means.db.all<{ currency: string; held_minor: bigint }>(sql`
    select currency, sum(amount_minor) as held_minor from postings
    where account like 'gateway_clearing:%' and account <> 'gateway_clearing:manual' group by currency`)
  const ours = new Map(rows.map((row) => [row.currency, row.held_minor]))
  const { balances } = outside.gateway.till.balances()
  for (const { amount } of balances)
    if ((ours.get(amount.currency) ?? 0n) !== BigInt(amount.minor))
      broken.push(
        `the gateway holds ${amount.minor} ${amount.currency}, our books say ${ours.get(amount.currency) ?? 0n}`,
      )
  return broken
}

async function panelAgrees({ means, outside }: House): Promise<string[]> {
  const rows = await means.db.all<{ id: string; billing_status: string; delivery_status: string }>(sql`
    select id, billing_status, delivery_status from services s
    where not exists (select 1 from deliveries d where d.service_id = s.id and d.status in ('open', 'waiting', 'failed'))`)
  return rows.flatMap(({ id, delivery_status: ours }) => {
    const theirs = outside.provider.states.get(id) ?? 'absent'
    const wanted =
      ours === 'live' || ours === 'suspended' ? ours : ours === 'none' || ours === 'gone' ? 'absent' : null
    return wanted !== null && wanted !== theirs ? [`the panel has ${id} ${theirs}, we say ${ours}`] : []
  })
}

/** A change that waits has an invoice that waits; of one that is taken back nothing is owed, and nothing was kept. */
async function changesAgree({ means }: House): Promise<string[]> {
  const rows = await means.db.all<{ id: string; status: string; invoice: string }>(sql`
    select h.id, h.status, i.status as invoice from service_changes h join invoices i on i.id = h.invoice_id
    join services s on s.id = h.service_id
    where (h.status = 'pending' and i.status = 'paid' and s.billing_status <> 'ended')
      or (h.status in ('cancelled', 'replaced') and ${standsOpen})`)
  return rows.map(({ id, status, invoice }) => `the change ${id} is ${status} and its invoice ${invoice}`)
}

/** Of an order that fell through nothing is owed, and nothing was kept. */
async function ordersAgree({ means }: House): Promise<string[]> {
  const rows = await means.db.all<{ id: string; status: string; invoice: string }>(sql`
    select o.id, o.status, i.status as invoice from orders o join invoices i on i.id = o.invoice_id
    where o.status in ('cancelled', 'rejected') and ${standsOpen}`)
  return rows.map(({ id, status, invoice }) => `the order ${id} is ${status} and its invoice ${invoice}`)
}

/** A document that asks for something, or was paid for something, or would take money that comes after all. */
const standsOpen = sql`i.status in ('issued', 'paid', 'written_off')
  and i.total_minor + coalesce((select sum(n.total_minor) from invoices n where n.corrects_id = i.id), 0) <> 0`
