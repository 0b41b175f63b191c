import { recoveredOf, recoveryRate, reportRecovery, type Recovery } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type PageView, type Row } from '../blocks.ts'
import { clientLink, type Asked, type Desk } from '../desk.ts'
import { listPage } from './list-page.ts'
import { monthName } from './words.ts'

/** What declined charges have cost and brought back, by the month of the first failure; each row opens its documents. */
export async function dunningPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const rows = await reportRecovery(means, {}, actor)
  return {
    head: {
      title: t('payments.dunning.title'),
      text: t('payments.dunning.text'),
      crumbs: [
        { label: t('admin.payments.title'), href: '/admin/payments' },
        { label: t('payments.dunning.title') },
      ],
      actions: [{ label: t('payments.cases.title'), href: '/admin/dunning/cases', icon: 'file-invoice' }],
    },
    main: [
      {
        kind: 'table',
        id: 'recovery',
        title: t('payments.dunning.recovered'),
        columns: [
          { label: l('month'), phone: 'title' },
          { label: l('documents'), align: 'end' },
          { label: l('failed'), align: 'end' },
          { label: l('recovered'), align: 'end' },
          { label: l('rate'), align: 'end', phone: 'side' },
        ],
        rows: rows.map((row) => rowOf(desk, row)),
        empty: { icon: 'refresh', title: t('payments.dunning.none') },
      },
    ],
  }
}

function rowOf(desk: Desk, row: Recovery): Row {
  const rate = recoveryRate(row)
  const title = `${monthName(desk, row.month)} · ${row.currency}`
  const percent = new Intl.NumberFormat(desk.locale, { style: 'percent', maximumFractionDigits: 1 })
  return {
    id: `recovery-${row.month}-${row.currency}`,
    href: url('/admin/dunning/cases', { month: row.month, currency: row.currency }),
    label: title,
    cells: [
      title,
      row.documents,
      inMoney(row.failed_minor, row.currency),
      inMoney(row.recovered_minor, row.currency),
      rate === null ? null : percent.format(rate / 1_000_000),
    ],
  }
}

interface Case {
  id: string
  client_id: string
  client_name: string
  number: string
  currency: string
  failed_minor: bigint
  recovered_minor: bigint
  decline_class: string
  decline_code: string
  failed_at: Instant
}

export function dunningCases(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  return listPage<Case>(desk, asked, {
    ...{ words: 'payments.cases', noun: 'cases', path: '/admin/dunning/cases', icon: 'refresh' },
    listing: {
      columns: sql`d.invoice_id as id, d.client_id, d.currency, d.failed_minor, d.decline_class, d.decline_code, d.failed_at,
        ${recoveredOf} as recovered_minor, coalesce(c.company, c.name) as client_name, i.number`,
      from: sql`from dunning_cases d join invoices i on i.id = d.invoice_id join clients c on c.id = d.client_id`,
      where: [scoped(desk.actor, { table: 'd' })],
      key: sql`d.invoice_id`,
    },
    searchIn: [sql`i.number`, sql`c.name`, sql`c.company`],
    filters: { month: sql`d.month`, currency: sql`d.currency`, client: sql`d.client_id` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'open', label: t('admin.tab.open'), where: sql`i.status = 'issued'` },
      { value: 'paid', label: t('common.state.paid'), where: sql`i.status = 'paid'` },
    ],
    columns: [
      { label: l('document'), phone: 'title' },
      { label: l('client') },
      { label: l('failed_at'), phone: 'hide' },
      { label: l('reason') },
      { label: l('failed'), align: 'end', phone: 'side' },
      { label: l('recovered'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/invoices/${row.id}`,
      label: row.number,
      cells: [
        row.number,
        clientLink(row.client_id, row.client_name),
        { at: row.failed_at },
        { cells: [t(`payments.decline.${row.decline_class}`), { mono: row.decline_code }] },
        inMoney(row.failed_minor, row.currency),
        inMoney(row.recovered_minor, row.currency),
      ],
    }),
  })
}
