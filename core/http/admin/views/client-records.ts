import { refundedFlag } from '../../../billing/index.ts'
import { serviceTitle } from '../../../catalog/index.ts'
import type { Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import { inMoney, type Block } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'
import { allocated, stateOf } from './invoice-list.ts'

export async function servicesOf(desk: Desk, client: Client): Promise<Block> {
  const l = labeller(desk)
  const { t } = desk
  const rows = await desk.means.db.all<{
    id: string
    label: string
    product: string
    billing_status: string
    delivery_status: string
    next_period_on: IsoDate | null
    recurring_minor: bigint
    currency: string
  }>(sql`
    select s.id, s.label, p.name as product, s.billing_status, s.delivery_status, s.next_period_on, s.recurring_minor, s.currency
    from services s join products p on p.id = s.product_id where s.client_id = ${client.id} order by s.id desc limit 25`)
  return {
    kind: 'table',
    id: `client-${client.id}-services`,
    title: t('admin.services.title'),
    actions: [{ label: t('admin.all'), href: `/admin/services?client=${client.id}`, kind: 'ghost' }],
    columns: [
      { label: l('service'), phone: 'title' },
      { label: l('billing_state'), phone: 'side' },
      { label: l('delivery_state'), phone: 'side' },
      { label: l('next_due') },
      { label: l('price'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/services/${row.id}`,
      label: serviceTitle(row.product, row.label),
      cells: [
        serviceTitle(row.product, row.label),
        { state: row.billing_status },
        { state: row.delivery_status },
        { day: row.next_period_on },
        inMoney(row.recurring_minor, row.currency),
      ],
    })),
    empty: { icon: 'server-2', title: t('admin.clients.no_services') },
  }
}

export async function invoicesOf(desk: Desk, client: Client): Promise<Block> {
  const l = labeller(desk)
  const { t } = desk
  const rows = await desk.means.db.all<{
    id: string
    number: string | null
    status: string
    proforma: number
    due_on: IsoDate
    owed_on: IsoDate | null
    is_refunded: number
    allocated_minor: bigint
    total_minor: bigint
    currency: string
  }>(sql`
    select i.id, i.number, i.status, i.proforma, i.due_on, i.owed_on, ${refundedFlag} as is_refunded, ${allocated}, i.total_minor, i.currency
    from invoices i where i.client_id = ${client.id} order by case when i.status = 'issued' then 0 else 1 end, i.id desc limit 10`)
  return {
    kind: 'table',
    id: `client-${client.id}-invoices`,
    title: t('admin.invoices.title'),
    actions: [{ label: t('admin.all'), href: `/admin/invoices?client=${client.id}`, kind: 'ghost' }],
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('due_on') },
      { label: l('total'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/invoices/${row.id}`,
      label: row.number ?? t('admin.invoices.draft'),
      cells: [
        row.number ?? t('admin.invoices.draft'),
        { state: stateOf(row, desk.today) },
        { day: row.due_on },
        inMoney(row.total_minor, row.currency),
      ],
    })),
    empty: { icon: 'file-invoice', title: t('admin.invoices.none') },
  }
}

export async function paymentsOf(desk: Desk, client: Client): Promise<Block> {
  const l = labeller(desk)
  const { t } = desk
  const rows = await desk.means.db.all<{
    id: string
    kind: string
    status: string
    amount_minor: bigint
    currency: string
    created_at: Instant
  }>(
    sql`select id, kind, status, amount_minor, currency, created_at from payments where client_id = ${client.id} order by id desc limit 10`,
  )
  return {
    kind: 'table',
    id: `client-${client.id}-payments`,
    title: t('admin.payments.title'),
    actions: [{ label: t('admin.all'), href: `/admin/payments?client=${client.id}`, kind: 'ghost' }],
    columns: [
      { label: l('at'), phone: 'title' },
      { label: l('method') },
      { label: l('state'), phone: 'side' },
      { label: l('amount'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/payments/${row.id}`,
      label: row.id,
      cells: [
        { at: row.created_at },
        t(`admin.payment_kind.${row.kind}`),
        { state: row.status },
        inMoney(row.amount_minor, row.currency),
      ],
    })),
    empty: { icon: 'credit-card', title: t('admin.payments.none') },
  }
}

export interface ClientOrder {
  id: string
  number: string
  status: string
  total_minor: bigint
  currency: string
  placed_at: Instant
}

/** The newest orders of a client, before them those that are marked as fraud. */
export const readOrdersOf = ({ means }: Desk, client: Client): Promise<ClientOrder[]> =>
  means.db.all<ClientOrder>(sql`
    select id, number, status, total_minor, currency, placed_at from orders where client_id = ${client.id}
    order by case status when 'fraud' then 0 else 1 end, id desc limit 10`)

export function ordersOf(desk: Desk, client: Client, rows: readonly ClientOrder[]): Block {
  const l = labeller(desk)
  const { t } = desk
  return {
    kind: 'table',
    id: `client-${client.id}-orders`,
    title: t('admin.orders.title'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('at') },
      { label: l('total'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/orders/${row.id}`,
      label: row.number,
      cells: [
        row.number,
        { state: row.status },
        { at: row.placed_at },
        inMoney(row.total_minor, row.currency),
      ],
    })),
    empty: { icon: 'shopping-bag', title: t('admin.orders.none') },
  }
}

export async function messagesOf(desk: Desk, client: Client): Promise<Block> {
  const l = labeller(desk)
  const { t } = desk
  const rows = await desk.means.db.all<{
    id: string
    subject: string
    status: string
    created_at: Instant
  }>(sql`
    select id, subject, status, created_at from messages where client_id = ${client.id} order by id desc limit 10`)
  return {
    kind: 'table',
    id: `client-${client.id}-messages`,
    title: t('admin.messages.title'),
    actions: [{ label: t('admin.all'), href: `/admin/messages?client=${client.id}`, kind: 'ghost' }],
    columns: [
      { label: l('subject'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('at') },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/messages/${row.id}`,
      label: row.subject,
      cells: [row.subject, { state: row.status }, { at: row.created_at }],
    })),
    empty: { icon: 'mail', title: t('admin.messages.none') },
  }
}
