import { madeOnce, sql } from '../../../db/index.ts'
import { formatCompact, formatMoney } from '../../../i18n/index.ts'
import { addDays, covers, type Instant, type IsoDate } from '../../../kernel/index.ts'
import { minorDigits } from '../../../../sdk/index.ts'
import { allHeldBack } from '../../../plugins/index.ts'
import { scoped } from '../../../records/index.ts'
import { drawChart } from '../../../render/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import {
  countAll,
  needsPerson,
  openByCurrency,
  type Counts,
  type Open,
  type Waiting,
} from '../board-figures.ts'
import { moneyText, type Asked, type Desk } from '../desk.ts'
import { readFirstSteps } from './first-steps.ts'

/** What needs a person first, then money: seven statements, however large the shop. */
export async function boardPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, today, locale } = desk
  const days = await issuedByDay(desk, monthsOf(today).lastStart)
  const counts = await countAll(desk)
  const open = await openByCurrency(desk)
  const waits = [...(await needsPerson(desk)), ...(await heldUpdates(desk))]
  const run = await nextRun(desk)
  const steps = covers(desk.actor.permissions, 'first_step.leave') ? await readFirstSteps(desk) : null
  const begins = steps !== null && Object.values(steps).includes('open')
  const title = t('admin.board.title', { name: desk.actor.name })
  const looksAhead = covers(desk.actor.permissions, 'billing.preview')
  return {
    head: { title },
    ...blocksOf({ days, counts, open, waits, run, looksAhead, begins, t, today, locale }),
  }
}

type Words = Pick<Desk, 't' | 'today' | 'locale'>

/** Everything that the board says. */
interface Said extends Words {
  days: readonly Day[]
  counts: Counts
  open: readonly Open[]
  waits: readonly Waiting[]
  run: Schedule | undefined
  /** Whether the reader may see what the run will do. */
  looksAhead: boolean
  /** A step of the beginning is open. */
  begins: boolean
}

const blocksOf = madeOnce((said: Said): Pick<PageView, 'main' | 'aside'> => {
  const { days, counts, open } = said
  const months = monthsOf(said.today)
  const currency = mainCurrency(days)
  return {
    main: [
      ...(said.begins ? [beginning(said)] : []),
      waiting(said, said.waits),
      figures(said, { days, months, currency, counts, open }),
      moneyTable(said, { days, months, open }),
      chart(said, { days, months, currency }),
    ],
    aside: [nextRunBlock(said)],
  }
})

const beginning = ({ t }: Words): Block => ({
  ...{ kind: 'notice', id: 'board-first-steps', tone: 'info', text: t('first_steps.board') },
  action: { label: t('first_steps.title'), href: '/admin/first-steps' },
})

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

/** Receipts of deposits and proformas are documents that invoice nothing. */
function issuedByDay(desk: Desk, from: IsoDate): Promise<Day[]> {
  return desk.means.db.all<Day>(sql`
    select i.issued_on as day, i.currency, sum(i.subtotal_minor) as sum_minor from invoices i
    where i.issued_on >= ${from} and i.status in ('issued', 'paid', 'written_off') and i.kind <> 'receipt' and i.proforma = 0
      and ${scoped(desk.actor, { table: 'i' })}
    group by i.issued_on, i.currency order by i.issued_on`)
}

/** Sums of several currencies are never added; the board shows the one with most documents. */
function mainCurrency(days: readonly Day[]): string {
  const counts = new Map<string, number>()
  for (const { currency } of days) counts.set(currency, (counts.get(currency) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'EUR'
}

const LINKS: Record<string, { href: string; icon: string }> = {
  orders: { href: '/admin/orders', icon: 'shopping-bag' },
  deliveries: { href: '/admin/deliveries?status=failed', icon: 'truck-delivery' },
  disputes: { href: '/admin/disputes', icon: 'alert-triangle' },
  payments: { href: '/admin/payments?status=open', icon: 'credit-card' },
  transfers: { href: '/admin/payments?status=to_check', icon: 'building-bank' },
  webhooks: { href: '/admin/webhook-events?status=open', icon: 'webhook' },
  messages: { href: '/admin/messages?status=failed', icon: 'mail' },
  parked: { href: '/admin/billing/runs', icon: 'user' },
  accounts: { href: '/admin/servers', icon: 'server-2' },
  discrepancies: { href: '/admin/reconciler', icon: 'scale' },
  plugin_requests: { href: '/admin/plugin-requests', icon: 'puzzle' },
  plugin_grants: { href: '/admin/plugins', icon: 'puzzle' },
  plugin_updates: { href: '/admin/plugins/health', icon: 'puzzle' },
}

async function heldUpdates({ means }: Desk): Promise<Waiting[]> {
  const held = await allHeldBack(means.db, means.shipped)
  const oldest = held.map(({ since }) => since).sort()[0] ?? null
  return [{ kind: 'plugin_updates', entries: held.length, oldest }]
}

function waiting(desk: Words, rows: readonly Waiting[]): Block {
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

function figures(
  desk: Words,
  { days, months, currency, counts, open }: Money & { counts: Counts; open: readonly Open[] },
): Block {
  const { t, today } = desk
  const sums = (name: 'unpaid_minor' | 'overdue_minor') =>
    open
      .filter((row) => row[name] !== 0n)
      .map((row) => moneyText(desk, row[name], row.currency))
      .join(' · ')
  const total = (name: 'unpaid' | 'overdue') => open.reduce((sum, row) => sum + row[name], 0)
  const link = (name: string, value: number, rest: { icon: string; href: string; note?: string }) => ({
    label: t(name),
    value,
    ...rest,
  })
  return {
    kind: 'stats',
    id: 'board-figures',
    items: [
      {
        label: t('admin.board.month'),
        value: inMoney(sumOf({ days, currency }, months.start, today), currency),
        icon: 'report-money',
        href: '/admin/invoices',
      },
      link('admin.board.unpaid', total('unpaid'), {
        ...{ icon: 'file-invoice', href: '/admin/invoices?status=unpaid', note: sums('unpaid_minor') },
      }),
      link('admin.board.overdue', total('overdue'), {
        ...{ icon: 'calendar-due', href: '/admin/invoices?status=overdue', note: sums('overdue_minor') },
      }),
      link('admin.board.orders', counts.orders, { icon: 'shopping-bag', href: '/admin/orders?status=all' }),
      link('admin.board.services', counts.services, {
        ...{ icon: 'server-2', href: '/admin/services?status=active' },
      }),
      link('admin.board.clients', counts.clients, { icon: 'users', href: '/admin/clients?status=active' }),
    ],
  }
}

/** Every currency in a line of its own: sums of several are never added. What is owed stands in the figures above. */
function moneyTable(
  desk: Words,
  { days, months, open }: Omit<Money, 'currency'> & { open: readonly Open[] },
): Block {
  const { t, today } = desk
  const currencies = [...new Set([...days, ...open].map(({ currency }) => currency))].sort()
  const of = (currency: string, from: IsoDate, to: IsoDate) =>
    inMoney(sumOf({ days, currency }, from, to), currency)
  const names = ['currency', 'this_month', 'same_days', 'last_month']
  return {
    kind: 'table',
    id: 'board-money',
    title: t('admin.board.money'),
    columns: names.map((name, place) => ({
      label: t(`admin.board.column.${name}`),
      ...(place === 0 ? { phone: 'title' as const } : { align: 'end' as const }),
    })),
    rows: currencies.map((currency) => ({
      id: `money-${currency}`,
      label: currency,
      cells: [
        currency,
        of(currency, months.start, today),
        of(currency, months.lastStart, months.lastSame),
        of(currency, months.lastStart, addDays(months.start, -1)),
      ],
    })),
    empty: { icon: 'report-money', title: t('admin.board.no_money') },
  }
}

/** This month day by day; the month before stands in the figures above. */
function chart(desk: Words, { days, months, currency }: Money): Block {
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

interface Schedule {
  due_at: Instant
  last_ended_at: Instant | null
  last_outcome: string | null
}

const nextRun = ({ means }: Desk): Promise<Schedule | undefined> =>
  means.db.get<Schedule>(
    sql`select due_at, last_ended_at, last_outcome from schedules where id = 'billing.run'`,
  )

function nextRunBlock({ t, run: schedule, looksAhead }: Said): Block {
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
    actions: looksAhead ? [{ label: t('admin.board.preview'), href: '/admin/billing', kind: 'ghost' }] : [],
  }
}
