import { sql } from '../../../db/index.ts'
import { formatCompact, formatMoney } from '../../../i18n/index.ts'
import { addDays, type Instant, type IsoDate } from '../../../kernel/index.ts'
import { minorDigits } from '../../../../sdk/index.ts'
import { scoped } from '../../../records/index.ts'
import { drawChart } from '../../../render/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { moneyText, type Asked, type Desk } from '../desk.ts'

/** What needs a person first, then money: four statements, however large the shop. */
export async function boardPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, actor } = desk
  const months = monthsOf(desk.today)
  const days = await issuedByDay(desk, months.lastStart)
  const currency = mainCurrency(days)
  const counts = await countAll(desk)
  return {
    head: { title: t('admin.board.title', { name: actor.name }) },
    main: [
      waiting(desk, await needsPerson(desk)),
      figures(desk, { days, months, currency, counts }),
      chart(desk, { days, months, currency }),
    ],
    aside: [await nextRun(desk)],
  }
}

interface Months {
  start: IsoDate
  lastStart: IsoDate
  /** The same day of the month before, for a fair comparison. */
  lastSame: IsoDate
}

function monthsOf(today: IsoDate): Months {
  const start = `${today.slice(0, 8)}01` as IsoDate
  const lastStart = `${addDays(start, -1).slice(0, 8)}01` as IsoDate
  const passed = Number(today.slice(8)) - 1
  return { start, lastStart, lastSame: addDays(lastStart, passed) }
}

interface Day {
  day: IsoDate
  currency: string
  sum_minor: bigint
}

function issuedByDay(desk: Desk, from: IsoDate): Promise<Day[]> {
  return desk.means.db.all<Day>(sql`
    select i.issued_on as day, i.currency, sum(i.subtotal_minor) as sum_minor from invoices i
    where i.issued_on >= ${from} and i.status in ('issued', 'paid', 'written_off') and ${scoped(desk.actor, { table: 'i' })}
    group by i.issued_on, i.currency order by i.issued_on`)
}

/** Sums of several currencies are never added; the board shows the one with most documents. */
function mainCurrency(days: readonly Day[]): string {
  const counts = new Map<string, number>()
  for (const { currency } of days) counts.set(currency, (counts.get(currency) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'EUR'
}

interface Counts {
  clients: number
  services: number
  unpaid: number
  overdue: number
  parked: number
}

async function countAll(desk: Desk): Promise<Counts> {
  const { means, actor, today } = desk
  const row = await means.db.get<Counts>(sql`
    select (select count(*) from clients c where c.status = 'active' and ${scoped(actor, { table: 'c', client: 'id' })}) as clients,
      (select count(*) from services s where s.billing_status in ('active', 'ending') and ${scoped(actor, { table: 's' })}) as services,
      (select count(*) from invoices i where i.status = 'issued' and ${scoped(actor, { table: 'i' })}) as unpaid,
      (select count(*) from invoices i where i.status = 'issued' and i.due_on < ${today} and ${scoped(actor, { table: 'i' })}) as overdue,
      (select count(*) from parked_clients) as parked`)
  return row!
}

interface Waiting {
  kind: string
  entries: number
  oldest: Instant | null
}

const LINKS: Record<string, { href: string; icon: string }> = {
  orders: { href: '/admin/orders', icon: 'shopping-bag' },
  deliveries: { href: '/admin/deliveries?status=failed', icon: 'truck-delivery' },
  disputes: { href: '/admin/disputes', icon: 'alert-triangle' },
  payments: { href: '/admin/payments?status=open', icon: 'credit-card' },
  webhooks: { href: '/admin/webhook-events?status=open', icon: 'webhook' },
  messages: { href: '/admin/messages?status=failed', icon: 'mail' },
  parked: { href: '/admin/billing', icon: 'user' },
}

function needsPerson(desk: Desk): Promise<Waiting[]> {
  const { means, actor } = desk
  return means.db.all<Waiting>(sql`
    select 'orders' as kind, count(*) as entries, min(o.placed_at) as oldest from orders o where o.status in ('placed', 'held') and ${scoped(actor, { table: 'o' })}
    union all select 'deliveries', count(*), min(d.updated_at) from deliveries d where d.status = 'failed' and ${scoped(actor, { table: 'd' })}
    union all select 'disputes', count(*), min(x.created_at) from disputes x join clients c on c.id = x.client_id where x.status in ('inquiry', 'open') and ${scoped(actor, { table: 'c', client: 'id' })}
    union all select 'payments', count(*), min(p.created_at) from payments p where p.status = 'unknown' and ${scoped(actor, { table: 'p' })}
    union all select 'webhooks', count(*), min(w.received_at) from webhook_events w where w.handled_at is null
    union all select 'messages', count(*), min(m.created_at) from messages m where m.status = 'failed' and ${scoped(actor, { table: 'm' })}
    union all select 'parked', count(*), min(k.parked_at) from parked_clients k`)
}

function waiting(desk: Desk, rows: readonly Waiting[]): Block {
  const { t } = desk
  const open = rows.filter((row) => row.entries > 0)
  return {
    kind: 'table',
    id: 'board-waiting',
    title: t('admin.board.waiting'),
    columns: [
      { label: t('admin.label.what'), phone: 'title' },
      { label: t('admin.label.count'), align: 'end', phone: 'side' },
      { label: t('admin.label.oldest') },
    ],
    rows: open.map((row) => ({
      id: `waiting-${row.kind}`,
      href: LINKS[row.kind]!.href,
      label: t(`admin.board.wait.${row.kind}`),
      cells: [t(`admin.board.wait.${row.kind}`), row.entries, { at: row.oldest }],
    })),
    empty: { icon: 'circle-check', title: t('admin.board.nothing'), text: t('admin.board.nothing_text') },
  }
}

interface Money {
  days: readonly Day[]
  months: Months
  currency: string
}

const sumOf = ({ days, currency }: Pick<Money, 'days' | 'currency'>, from: IsoDate, to: IsoDate): bigint =>
  days
    .filter((row) => row.currency === currency && row.day >= from && row.day <= to)
    .reduce((sum, row) => sum + row.sum_minor, 0n)

function figures(desk: Desk, { days, months, currency, counts }: Money & { counts: Counts }): Block {
  const { t, today } = desk
  const now = sumOf({ days, currency }, months.start, today)
  const before = sumOf({ days, currency }, months.lastStart, months.lastSame)
  const whole = sumOf({ days, currency }, months.lastStart, addDays(months.start, -1))
  return {
    kind: 'stats',
    id: 'board-figures',
    items: [
      {
        label: t('admin.board.month'),
        value: inMoney(now, currency),
        note: t('admin.board.compared', {
          same: moneyText(desk, before, currency),
          whole: moneyText(desk, whole, currency),
        }),
        icon: 'report-money',
        href: '/admin/invoices',
      },
      {
        label: t('admin.board.unpaid'),
        value: counts.unpaid,
        icon: 'file-invoice',
        href: '/admin/invoices?status=unpaid',
      },
      {
        label: t('admin.board.overdue'),
        value: counts.overdue,
        icon: 'calendar-due',
        href: '/admin/invoices?status=overdue',
      },
      {
        label: t('admin.services.title'),
        value: counts.services,
        icon: 'server-2',
        href: '/admin/services?status=active',
      },
      {
        label: t('admin.clients.title'),
        value: counts.clients,
        icon: 'users',
        href: '/admin/clients?status=active',
      },
    ],
  }
}

/** This month day by day; the month before stands in the figures above. */
function chart(desk: Desk, { days, months, currency }: Money): Block {
  const { t, today, locale } = desk
  const scale = 10 ** minorDigits(currency)
  const sums = new Map<IsoDate, bigint>()
  for (const row of days) if (row.currency === currency) sums.set(row.day, row.sum_minor)
  const points = []
  for (let day = months.lastStart; day <= today; day = addDays(day, 1)) {
    const minor = sums.get(day) ?? 0n
    points.push({
      label: day.slice(5),
      value: Number(minor) / scale,
      text: formatMoney({ minor, currency }, locale),
    })
  }
  const title = t('admin.board.chart', { currency })
  return {
    kind: 'chart',
    id: 'board-chart',
    title,
    chart: drawChart({ kind: 'bar', title, points, scale: (value) => formatCompact(value, locale) }),
  }
}

async function nextRun(desk: Desk): Promise<Block> {
  const { t } = desk
  const schedule = await desk.means.db.get<{
    due_at: Instant
    last_ended_at: Instant | null
    last_outcome: string | null
  }>(sql`select due_at, last_ended_at, last_outcome from schedules where id = 'billing.run'`)
  return {
    kind: 'facts',
    id: 'board-run',
    title: t('admin.billing.title'),
    items: [
      { label: t('admin.label.next_run'), value: { at: schedule?.due_at ?? null } },
      { label: t('admin.label.last_run'), value: { at: schedule?.last_ended_at ?? null } },
      {
        label: t('admin.label.outcome'),
        value: schedule?.last_outcome ? { state: schedule.last_outcome } : null,
      },
    ],
    actions: [{ label: t('admin.board.preview'), href: '/admin/billing', kind: 'ghost' }],
  }
}
