import {
  account,
  balancesBefore,
  unreadMoney,
  type MovementRow,
  type PayoutRow,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { addDays, type Instant } from '../../../kernel/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { listPage, paymentsAbove } from './list-page.ts'
import { said } from './words.ts'

type Listed = PayoutRow & { gateway: string }

const label =
  ({ t }: Desk) =>
  (name: string) =>
    t(`payouts.label.${name}`)

export const payoutState = ({ t }: Desk, status: PayoutRow['status']): Cell => ({
  ...{ state: status, label: t(`payouts.state.${status}`) },
  tone: { sent: 'info' as const, arrived: 'good' as const, returned: 'warn' as const }[status],
})

/** What gateways hold of ours beside what the books say, and what they have sent to the bank. */
export async function payoutList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = label(desk)
  return listPage<Listed>(desk, asked, {
    ...{ words: 'payouts', noun: 'payouts', path: '/admin/payouts', icon: 'building-bank' },
    above: paymentsAbove(desk),
    listing: {
      columns: sql`p.*, i.name as gateway`,
      from: sql`from payouts p join plugin_instances i on i.id = p.instance_id`,
      where: [scoped(desk.actor, { table: 'p', client: null })],
      key: sql`p.id`,
    },
    searchIn: [sql`p.reference`, sql`i.name`],
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'sent', label: t('payouts.state.sent'), where: sql`p.status = 'sent'` },
      { value: 'arrived', label: t('payouts.state.arrived'), where: sql`p.status = 'arrived'` },
      { value: 'returned', label: t('payouts.state.returned'), where: sql`p.status = 'returned'` },
    ],
    actions: [
      ...(allowed(desk, 'payout.read_now')
        ? [{ label: t('payouts.read_now'), post: '/admin/payouts/read', icon: 'refresh' }]
        : []),
      { label: t('payouts.agreements.title'), href: '/admin/agreements', icon: 'repeat' },
    ],
    before: [...(await problems(desk)), await balances(desk)],
    columns: [
      { label: l('reference'), phone: 'title' },
      { label: l('gateway') },
      { label: l('arrives_on') },
      { label: l('bank'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
      { label: l('amount'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/payouts/${row.id}`,
      label: row.reference,
      cells: [
        { mono: row.reference },
        row.gateway,
        { day: row.arrives_on },
        row.bank_line_id ? { href: `/admin/bank-lines/${row.bank_line_id}`, text: l('line') } : null,
        payoutState(desk, row.status),
        inMoney(row.amount_minor, row.currency),
      ],
    }),
  })
}

/** Gateways that could not be read, each with the reason, so that nobody takes old figures for new ones. */
async function problems({ means, t, actor }: Desk): Promise<Block[]> {
  const rows = await means.db.all<{
    instance_id: string
    name: string
    operation: string
    problem: string
  }>(sql`
    select r.instance_id, i.name, r.operation, r.problem from gateway_readings r join plugin_instances i on i.id = r.instance_id
    where r.problem is not null and i.status = 'active' and ${scoped(actor, { table: 'i', client: null })} order by i.name, r.operation`)
  return rows.map((row) => ({
    kind: 'notice',
    id: `unread-${row.instance_id}-${row.operation}`,
    tone: 'warn',
    title: t('payouts.unread', { gateway: row.name, what: t(`payouts.operation.${row.operation}`) }),
    text: row.problem,
  }))
}

interface Held {
  instance_id: string
  gateway: string
  currency: string
  available_minor: bigint
  pending_minor: bigint
  reserved_minor: bigint
  read_at: Instant
}

async function balances(desk: Desk): Promise<Block> {
  const { means, t, actor, today } = desk
  const l = label(desk)
  const told = await means.db.all<Held>(sql`
    select b.instance_id, i.name as gateway, b.currency, sum(case b.kind when 'available' then b.amount_minor else 0 end) as available_minor,
      sum(case b.kind when 'pending' then b.amount_minor else 0 end) as pending_minor,
      sum(case b.kind when 'reserved' then b.amount_minor else 0 end) as reserved_minor, max(b.read_at) as read_at
    from gateway_balances b join plugin_instances i on i.id = b.instance_id where ${scoped(actor, { table: 'i', client: null })}
    group by b.instance_id, i.name, b.currency order by i.name, b.currency`)
  const booked = new Map<string, bigint>()
  // One gateway may serve several brands: its account is compared over all of them.
  const kept = told.length === 0 ? [] : await balancesBefore(means.db, addDays(today, 1), { actor })
  for (const row of kept) {
    const key = `${row.account}/${row.currency}`
    booked.set(key, (booked.get(key) ?? 0n) + row.balance_minor)
  }
  const unread = await unreadOf(desk, told)
  const shown = told
    .map((row) => {
      const held = row.available_minor + row.pending_minor + row.reserved_minor
      const books = booked.get(`${account.gateway(row.instance_id)}/${row.currency}`) ?? 0n
      const since = unread.get(`${row.instance_id}/${row.currency}`) ?? 0n
      return { ...row, held, books, since, rest: held - (books - since) }
    })
    // Gateways also tell of currencies in which there never was anything.
    .filter(({ held, books }) => held !== 0n || books !== 0n)
  return {
    kind: 'table',
    id: 'gateway-balances',
    title: t('payouts.balances'),
    columns: [
      { label: l('gateway'), phone: 'title' },
      { label: l('available'), align: 'end' },
      { label: l('pending'), align: 'end' },
      { label: l('reserved'), align: 'end', phone: 'hide' },
      { label: l('books'), align: 'end' },
      { label: l('unread'), align: 'end' },
      { label: l('difference'), align: 'end', phone: 'side' },
      { label: l('read_at'), phone: 'hide' },
    ],
    rows: shown.map((row) => ({
      id: `balance-${row.instance_id}-${row.currency}`,
      label: `${row.gateway} ${row.currency}`,
      cells: [
        `${row.gateway} · ${row.currency}`,
        ...[row.available_minor, row.pending_minor, row.reserved_minor].map((minor) =>
          inMoney(minor, row.currency),
        ),
        ...[row.books, row.since, row.rest].map((minor) => inMoney(minor, row.currency)),
        { at: row.read_at },
      ],
    })),
    empty: { icon: 'wallet', title: t('payouts.no_balances'), text: t('payouts.no_balances_text') },
  }
}

/** What the books have and the balances cannot have yet: no difference, but not read yet. */
async function unreadOf({ means }: Desk, told: readonly Held[]): Promise<ReadonlyMap<string, bigint>> {
  const [oldest] = told.map(({ read_at }) => read_at).sort()
  const rows = oldest ? await unreadMoney(means.db, oldest) : []
  return new Map(rows.map((row) => [`${row.instance_id}/${row.currency}`, row.unread_minor]))
}

export async function payoutPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = label(desk)
  const row = await findRow<PayoutRow>(means.db, actor, {
    ...{ table: 'payouts', what: 'payout', id: asked.params.id!, scope: { client: null } },
  })
  const gateway = await means.db.get<{ name: string }>(
    sql`select name from plugin_instances where id = ${row.instance_id}`,
  )
  const kinds = await means.db.all<Kind>(sql`
    select m.kind, count(*) as items, sum(m.amount_minor) as amount_minor, sum(m.fee_minor) as fee_minor
    from gateway_movements m where m.payout_id = ${row.id} group by m.kind order by m.kind`)
  const net = kinds.reduce((sum, one) => sum + one.amount_minor - one.fee_minor, 0n)
  const differs = row.itemised === 1 && net !== row.amount_minor + row.fee_minor
  return {
    head: {
      title: t('payouts.one', { reference: row.reference }),
      crumbs: [{ label: t('payouts.title'), href: '/admin/payouts' }, { label: row.reference }],
      status: [payoutState(desk, row.status) as { state: string }],
    },
    main: [
      ...(differs
        ? [
            {
              ...{ kind: 'notice' as const, id: 'payout-differs', tone: 'warn' as const },
              ...{ title: t('payouts.differs'), text: t('payouts.differs_text') },
              action: { label: t('books.reconciler.title'), href: '/admin/reconciler' },
            },
          ]
        : []),
      {
        kind: 'facts',
        id: `payout-${row.id}-facts`,
        items: [
          { label: l('amount'), value: inMoney(row.amount_minor, row.currency) },
          { label: l('fee'), value: inMoney(row.fee_minor, row.currency) },
          { label: l('gateway'), value: gateway?.name },
          { label: l('arrives_on'), value: { day: row.arrives_on } },
          {
            label: l('bank'),
            value: row.bank_line_id
              ? { href: `/admin/bank-lines/${row.bank_line_id}`, text: l('line') }
              : t('payouts.no_line'),
          },
          { label: l('reference'), value: { copy: row.reference, label: l('reference') } },
        ],
      },
      contents(desk, row, kinds),
      await items(desk, row),
      await auditTimeline(desk, { subject: row.id, id: `payout-${row.id}-history` }),
    ],
  }
}

interface Kind {
  kind: string
  items: bigint | number
  amount_minor: bigint
  fee_minor: bigint
}

function contents(desk: Desk, { currency, itemised }: PayoutRow, kinds: readonly Kind[]): Block {
  const { t } = desk
  const l = label(desk)
  const sums = (amount: bigint, fee: bigint) =>
    [amount, fee, amount - fee].map((minor) => inMoney(minor, currency))
  const total = (key: 'amount_minor' | 'fee_minor') => kinds.reduce((sum, one) => sum + one[key], 0n)
  return {
    kind: 'table',
    id: 'payout-contents',
    title: t('payouts.contents'),
    columns: [
      { label: l('kind'), phone: 'title' },
      { label: l('items'), align: 'end', phone: 'hide' },
      { label: l('amount'), align: 'end' },
      { label: l('fee'), align: 'end' },
      { label: l('net'), align: 'end', phone: 'side' },
    ],
    rows: kinds.map((one) => ({
      id: `kind-${one.kind}`,
      label: one.kind,
      cells: [kindText(desk, one.kind), Number(one.items), ...sums(one.amount_minor, one.fee_minor)],
    })),
    ...(kinds.length > 0
      ? {
          foot: [
            itemised === 1 ? t('payouts.all_told') : t('payouts.told_so_far'),
            kinds.reduce((sum, one) => sum + Number(one.items), 0),
            ...sums(total('amount_minor'), total('fee_minor')),
          ],
        }
      : {}),
    empty: { icon: 'list', title: t('payouts.no_items'), text: t('payouts.no_items_text') },
  }
}

const kindText = (desk: Desk, kind: string): string => said(desk, 'payouts.kind', kind)

const SHOWN = 200

async function items(desk: Desk, row: PayoutRow): Promise<Block> {
  const rows = await desk.means.db.all<MovementRow>(
    sql`select * from gateway_movements where payout_id = ${row.id} order by moved_on desc, id desc limit ${SHOWN}`,
  )
  return movementTable(desk, rows, { id: 'payout-items', title: desk.t('payouts.items') })
}

/** Movements as the gateway told them, each with what it is in the books; `ofOne`: all of the payment whose page it is. */
export function movementTable(
  desk: Desk,
  rows: readonly MovementRow[],
  { ofOne = false, ...head }: { id: string; title: string; ofOne?: boolean },
): Block {
  const { t } = desk
  const l = label(desk)
  return {
    ...{ kind: 'table', ...head },
    columns: [
      { label: l('kind'), phone: 'title' },
      { label: l('moved_on') },
      ...(ofOne ? [] : [{ label: l('of') }]),
      { label: l('state'), phone: 'side' },
      { label: l('fee'), align: 'end' },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      label: row.reference,
      cells: [
        kindText(desk, row.kind),
        { day: row.moved_on },
        ...(ofOne ? [] : [subjectOf(row)]),
        {
          cells: [
            movementState(desk, row),
            ...(row.exchange_rate ? [t('payouts.rate', { rate: row.exchange_rate })] : []),
          ],
        },
        inMoney(row.fee_minor, row.currency),
        inMoney(row.amount_minor, row.currency),
      ],
    })),
    empty: { icon: 'list', title: t('payouts.no_items'), text: t('payouts.no_items_text') },
  }
}

const subjectOf = (row: MovementRow): Cell =>
  row.payment_id
    ? { href: `/admin/payments/${row.payment_id}`, text: row.of_reference ?? row.payment_id }
    : { mono: row.of_reference ?? row.reference }

const movementState = ({ t }: Desk, { status, problem }: MovementRow): Cell => ({
  ...{ state: status, label: t(`payouts.movement.${problem ?? status}`) },
  tone: status === 'booked' ? 'good' : 'warn',
})
