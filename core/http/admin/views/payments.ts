import {
  FEE_ALONE,
  findAuthorisation,
  getPayment,
  otherAmount,
  refundable,
  refundedOf,
  saidPaid,
  type MovementRow,
  type PaymentRow,
} from '../../../billing/index.ts'
import { list, sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { methodName } from '../../page/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import { clientLink, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import {
  detailColumns,
  detailJoins,
  detailsAct,
  detailsBlock,
  detailsOf,
  methodFacts,
  savedColumns,
  type DetailRow,
  type SavedFacts,
} from './payment-details.ts'
import { movementTable } from './payouts.ts'
import { listPage, paymentsAbove } from './list-page.ts'
import { refundTable } from './refunds.ts'
import { reservedActs, reservedBlock } from './reserved.ts'

type Listed = PaymentRow &
  SavedFacts & {
    client_name: string
    number: string | null
    method: string | null
    differs: number
    to_check: number
  }

const columns = sql`p.*, coalesce(c.company, c.name) as client_name, v.number, i.name as method, case when ${otherAmount} then 1 else 0 end as differs, case when ${saidPaid} then 1 else 0 end as to_check, ${savedColumns}`
const from = sql`from payments p join clients c on c.id = p.client_id
  left join invoices v on v.id = p.invoice_id left join plugin_instances i on i.id = p.instance_id
  left join payment_methods m on m.id = p.method_id`

export function paymentList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  return listPage<Listed>(desk, asked, {
    noun: 'payments',
    path: '/admin/payments',
    icon: 'credit-card',
    listing: { columns, from, where: [scoped(desk.actor, { table: 'p' })], key: sql`p.id` },
    searchIn: [sql`p.id`, sql`p.reference`, sql`v.number`, sql`c.name`, sql`c.company`, sql`c.email`],
    filters: { client: sql`p.client_id` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'succeeded', label: t('common.state.succeeded'), where: sql`p.status = 'succeeded'` },
      {
        value: 'open',
        label: t('admin.tab.open'),
        where: sql`p.status in (${list(['created', 'needs_client', 'pending', 'authorised', 'unknown'])})`,
      },
      {
        value: 'failed',
        label: t('admin.tab.failed'),
        where: sql`p.status in (${list(['declined', 'failed'])})`,
      },
      { value: 'to_check', label: t('admin.payments.to_check'), where: saidPaid },
      { value: 'differing', label: t('admin.payments.differing'), where: otherAmount },
    ],
    actions: [
      { label: t('admin.transactions.title'), href: '/admin/transactions', icon: 'arrows-sort' },
      { label: t('admin.disputes.title'), href: '/admin/disputes', icon: 'alert-triangle' },
      { label: t('payments.gateways.title'), href: '/admin/gateways', icon: 'credit-card' },
      { label: t('payouts.title'), href: '/admin/payouts', icon: 'building-bank' },
      { label: t('payments.bank_lines.title'), href: '/admin/bank-lines', icon: 'building-bank' },
      { label: t('payments.dunning.title'), href: '/admin/dunning', icon: 'refresh' },
      { label: t('admin.webhooks.title'), href: '/admin/webhook-events', icon: 'webhook' },
    ],
    columns: [
      { label: l('at'), phone: 'title' },
      { label: l('client') },
      { label: l('invoice') },
      { label: l('method'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
      { label: l('amount'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/payments/${row.id}`,
      label: row.id,
      cells: [
        { at: row.created_at },
        clientLink(row.client_id, row.client_name),
        row.invoice_id
          ? { href: `/admin/invoices/${row.invoice_id}`, text: row.number ?? row.invoice_id }
          : null,
        methodName(t, row) ?? row.method ?? t(`admin.payment_kind.${row.kind}`),
        stateCell(desk, row),
        amountCell(desk, row),
      ],
    }),
  })
}

/** Where the client says that the money was sent, somebody looks whether it has come. */
function stateCell({ t }: Desk, { status, to_check }: Listed): Cell {
  if (to_check === 0) return { state: status }
  const mark = { state: 'to_check', label: t('admin.payments.to_check'), tone: 'warn' } as const
  return { cells: [{ state: status }, mark] }
}

/** What was asked for; where other money came, that first. */
function amountCell(
  { t }: Desk,
  { differs, received_minor: received, amount_minor: asked, currency }: Listed,
): Cell {
  if (differs === 0) return inMoney(asked, currency)
  const mark = { state: 'other_amount', label: t('admin.payments.other_amount'), tone: 'warn' } as const
  return { cells: [inMoney(received, currency), mark] }
}

export async function paymentPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const payment = await getPayment(means.db, asked.params.id!, actor)
  const facts = await means.db.get<Listed & DetailRow>(
    sql`select ${columns}, ${detailColumns} ${from} ${detailJoins} where p.id = ${payment.id}`,
  )
  const refunded = await refundedOf(means.db, payment.id)
  const left = payment.status === 'succeeded' ? await refundable(means.db, payment) : 0n
  const held = await findAuthorisation(means.db, payment.id)
  const details = detailsOf(facts)
  const there = await means.db.all<MovementRow>(
    sql`select * from gateway_movements where payment_id = ${payment.id} order by moved_on, id limit 100`,
  )
  const title = moneyText(desk, payment.amount_minor, payment.currency)
  return {
    head: {
      title,
      text: t('admin.payments.of', { client: facts?.client_name ?? payment.client_id }),
      crumbs: [{ label: t('admin.payments.title'), href: '/admin/payments' }, { label: title }],
      status: [{ state: payment.status }],
      actions: [
        ...reservedActs(desk, held),
        ...detailsAct(desk, payment, details),
        ...(left > 0n
          ? [
              {
                label: t('admin.payments.refund'),
                href: `/admin/payments/${payment.id}/refund`,
                icon: 'receipt-refund',
              },
            ]
          : []),
      ],
    },
    main: [
      ...(payment.decline_message ? [declined(desk, payment)] : []),
      await movements(desk, payment),
      ...(there.length > 0
        ? [
            movementTable(desk, there, {
              ...{ id: `payment-${payment.id}-there`, title: t('payouts.there'), ofOne: true },
            }),
          ]
        : []),
      await refundTable(desk, payment),
      await auditTimeline(desk, { subject: payment.id, id: `payment-${payment.id}-history` }),
    ],
    aside: [
      ...reservedBlock(desk, held),
      ...detailsBlock(desk, payment, details),
      facsimile(desk, facts!, refunded, there),
    ],
  }
}

const declined = (desk: Desk, payment: PaymentRow): Block => ({
  kind: 'notice',
  id: `payment-${payment.id}-reason`,
  tone: 'warn',
  title: desk.t('admin.payments.declined', { code: payment.decline_code ?? '–' }),
  text: payment.decline_message ?? '',
})

function facsimile(desk: Desk, row: Listed, refunded: bigint, there: readonly MovementRow[]): Block {
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, row.currency)
  return {
    kind: 'facts',
    id: `payment-${row.id}-facts`,
    title: desk.t('admin.payments.facts'),
    items: [
      { label: l('client'), value: clientLink(row.client_id, row.client_name) },
      {
        label: l('invoice'),
        value: row.invoice_id
          ? { href: `/admin/invoices/${row.invoice_id}`, text: row.number ?? row.invoice_id }
          : null,
      },
      { label: l('method'), value: row.method ?? desk.t(`admin.payment_kind.${row.kind}`) },
      ...methodFacts(desk, row),
      ...(row.differs === 0 ? [] : [{ label: l('asked'), value: money(row.amount_minor) }]),
      { label: l('received'), value: row.differs === 0 ? money(row.received_minor) : amountCell(desk, row) },
      { label: l('fee'), value: feesOf(row, there) },
      { label: l('refunded'), value: money(refunded) },
      { label: l('attempt'), value: row.attempt },
      ...(row.said_paid_at
        ? [{ label: desk.t('admin.payments.said_paid_at'), value: { at: row.said_paid_at } }]
        : []),
      { label: l('next_check_at'), value: { at: row.next_check_at } },
      { label: l('reference'), value: row.reference ? { copy: row.reference, label: l('reference') } : null },
      { label: l('note'), value: row.note },
      { label: l('id'), value: { copy: row.id, label: l('id') } },
    ],
  }
}

/**
 * What the gateway kept in all, in each currency in which it did. What it told with the payment gives way to what it
 * tells of the movement.
 */
function feesOf({ fee_minor: known, currency }: Listed, there: readonly MovementRow[]): Cell {
  const booked = there.filter(({ status }) => status !== 'waiting')
  const isTold = booked.some(({ kind }) => kind === 'payment' || kind === FEE_ALONE)
  const sums = new Map(isTold ? [] : [[currency, known]])
  for (const row of booked) {
    const fee = row.kind === 'fee' ? row.fee_minor - row.amount_minor : row.fee_minor
    sums.set(row.currency, (sums.get(row.currency) ?? 0n) + fee)
  }
  return { cells: [...sums].map(([of, minor]) => inMoney(minor, of)) }
}

interface Movement {
  id: string
  kind: string
  reference: string
  currency: string
  amount_minor: bigint
  fee_minor: bigint
  occurred_at: Instant
}

async function movements(desk: Desk, payment: PaymentRow): Promise<Block> {
  const rows = await desk.means.db.all<Movement>(
    sql`select * from transactions where payment_id = ${payment.id} order by id limit 100`,
  )
  return { ...transactionTable(desk, rows), id: `payment-${payment.id}-transactions` }
}

function transactionTable(desk: Desk, rows: readonly Movement[]) {
  const l = labeller(desk)
  return {
    kind: 'table' as const,
    id: 'transactions',
    title: desk.t('admin.transactions.title'),
    columns: [
      { label: l('reference'), phone: 'title' as const },
      { label: l('kind') },
      { label: l('at') },
      { label: l('fee'), align: 'end' as const, phone: 'hide' as const },
      { label: l('amount'), align: 'end' as const, phone: 'side' as const },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      label: row.reference,
      cells: [
        { mono: row.reference },
        desk.t(`admin.transaction.${row.kind}`),
        { at: row.occurred_at },
        inMoney(row.fee_minor, row.currency),
        inMoney(row.amount_minor, row.currency),
      ],
    })),
    empty: { icon: 'arrows-sort', title: desk.t('admin.transactions.none') },
  }
}

export function transactionList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  return listPage<
    Movement & { client_id: string; client_name: string; instance: string | null; payment_id: string | null }
  >(desk, asked, {
    noun: 'transactions',
    path: '/admin/transactions',
    above: paymentsAbove(desk),
    icon: 'arrows-sort',
    listing: {
      columns: sql`x.*, coalesce(c.company, c.name) as client_name, i.name as instance`,
      from: sql`from transactions x join clients c on c.id = x.client_id left join plugin_instances i on i.id = x.instance_id`,
      where: [scoped(desk.actor, { table: 'x' })],
      key: sql`x.id`,
    },
    searchIn: [sql`x.reference`, sql`x.id`, sql`c.name`, sql`c.company`],
    filters: { client: sql`x.client_id` },
    columns: [
      { label: l('reference'), phone: 'title' },
      { label: l('client') },
      { label: l('gateway'), phone: 'hide' },
      { label: l('kind') },
      { label: l('at'), phone: 'hide' },
      { label: l('fee'), align: 'end', phone: 'hide' },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      ...(row.payment_id ? { href: `/admin/payments/${row.payment_id}` } : {}),
      label: row.reference,
      cells: [
        { mono: row.reference },
        clientLink(row.client_id, row.client_name),
        row.instance,
        desk.t(`admin.transaction.${row.kind}`),
        { at: row.occurred_at },
        inMoney(row.fee_minor, row.currency),
        inMoney(row.amount_minor, row.currency),
      ],
    }),
  })
}
