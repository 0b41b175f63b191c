import { decimalOf, type BillableItem, type BillableLine } from '../../../billing/index.ts'
import { findClient } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { inMoney, type Block, type DangerView, type Field, type PageView } from '../blocks.ts'
import {
  clientLink,
  filled,
  formParts,
  labeller,
  textOf,
  tickedField,
  type Asked,
  type Desk,
} from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'
import { cycleName } from './words.ts'

type Listed = BillableItem & { client_name: string; amount_minor: bigint }

const stateOf = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.billables.state.${status}`),
  tone: status === 'active' ? ('good' as const) : ('off' as const),
})

const rhythm = (desk: Desk, item: BillableItem): string =>
  item.cycle === null
    ? desk.t(`admin.billables.timing.${item.timing}`)
    : item.times === null
      ? cycleName(desk, item.cycle)
      : desk.t('admin.billables.of_times', {
          cycle: cycleName(desk, item.cycle),
          done: item.done,
          times: item.times,
        })

export function billableList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const action = { label: t('admin.billables.new'), href: '/admin/billables/new' }
  return listPage<Listed>(desk, asked, {
    noun: 'billables',
    path: '/admin/billables',
    icon: 'receipt',
    listing: {
      columns: sql`b.*, coalesce(c.company, c.name) as client_name,
        (select sum(n.amount_minor) from billable_lines n where n.item_id = b.id) as amount_minor`,
      from: sql`from billable_items b join clients c on c.id = b.client_id`,
      where: [scoped(desk.actor, { table: 'b' })],
      key: sql`b.id`,
    },
    searchIn: [sql`b.name`, sql`c.name`, sql`c.company`],
    filters: { client: sql`b.client_id` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      ...['active', 'done', 'stopped'].map((value) => ({
        value,
        label: t(`admin.billables.state.${value}`),
        where: sql`b.status = ${value}`,
      })),
    ],
    actions: [{ ...action, kind: 'primary', icon: 'plus' }],
    emptyAction: action,
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('client') },
      { label: l('when') },
      { label: l('next_due') },
      { label: l('net'), align: 'end' },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/billables/${row.id}`,
      label: row.name,
      cells: [
        row.name,
        clientLink(row.client_id, row.client_name),
        rhythm(desk, row),
        { day: row.next_on },
        inMoney(row.amount_minor, row.currency),
        stateOf(desk, row.status),
      ],
    }),
  })
}

const crumbs = (desk: Desk, label: string) => [
  { label: desk.t('admin.billables.title'), href: '/admin/billables' },
  { label },
]

export async function billablePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const item = await findRow<BillableItem>(means.db, desk.actor, {
    ...{ table: 'billable_items', what: 'billable item', id: asked.params.id! },
  })
  const client = await means.db.get<{ name: string }>(
    sql`select coalesce(company, name) as name from clients where id = ${item.client_id}`,
  )
  const stop = item.status === 'active' && allowed(desk, 'billable_item.stop')
  return {
    head: {
      title: item.name,
      crumbs: crumbs(desk, item.name),
      status: [stateOf(desk, item.status)],
      actions: stop
        ? [
            {
              label: t('admin.billables.stop'),
              href: `/admin/billables/${item.id}/stop`,
              kind: 'ghost',
              icon: 'ban',
            },
          ]
        : [],
    },
    main: [
      await linesBlock(desk, item),
      await chargedBlock(desk, item),
      await auditTimeline(desk, { subject: item.id, id: 'billable-history' }),
    ],
    aside: [
      {
        kind: 'facts',
        id: 'billable-facts',
        items: [
          { label: l('client'), value: clientLink(item.client_id, client!.name) },
          { label: l('when'), value: rhythm(desk, item) },
          { label: l('next_due'), value: { day: item.next_on, relative: true } },
          { label: l('from'), value: { day: item.anchor_on } },
          ...(item.apart === 1 ? [{ label: l('document'), value: t('admin.billables.apart') }] : []),
          ...(item.notes ? [{ label: l('notes'), value: item.notes }] : []),
          { label: l('id'), value: { copy: item.id, label: l('id') } },
        ],
      },
    ],
  }
}

async function linesBlock(desk: Desk, item: BillableItem): Promise<Block> {
  const l = labeller(desk)
  const lines = await desk.means.db.all<BillableLine>(
    sql`select * from billable_lines where item_id = ${item.id} order by position`,
  )
  return {
    kind: 'table',
    id: 'billable-lines',
    title: desk.t('admin.invoices.lines'),
    columns: [
      { label: l('description'), phone: 'title' },
      { label: l('quantity'), align: 'end' },
      { label: l('unit'), align: 'end' },
      { label: l('tax_class') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: lines.map((line) => ({
      id: `row-${line.position}`,
      label: line.description,
      cells: [
        line.description,
        desk.t(`admin.billables.quantity.${line.basis}`, { quantity: decimalOf(line.quantity_milli) }),
        inMoney(line.unit_minor, item.currency),
        line.tax_class,
        inMoney(line.amount_minor, item.currency),
      ],
    })),
    empty: { title: desk.t('admin.invoices.no_lines') },
  }
}

/** The documents that it came to stand on. */
async function chargedBlock(desk: Desk, item: BillableItem): Promise<Block> {
  const l = labeller(desk)
  const rows = await desk.means.db.all<{
    id: string
    number: string
    status: string
    due_on: IsoDate
    charged_minor: bigint
  }>(sql`
    select i.id, i.number, i.status, i.due_on, sum(n.net_minor) as charged_minor from invoice_lines n join invoices i on i.id = n.invoice_id
    where n.source_id = ${item.id} group by i.id, i.number, i.status, i.due_on order by i.id desc limit 50`)
  return {
    kind: 'table',
    id: 'billable-charged',
    title: desk.t('admin.billables.charged'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('due_on') },
      { label: l('net'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/invoices/${row.id}`,
      label: row.number,
      cells: [
        row.number,
        { state: row.status },
        { day: row.due_on },
        inMoney(row.charged_minor, item.currency),
      ],
    })),
    empty: { icon: 'file-invoice', title: desk.t('admin.billables.uncharged') },
  }
}

const SPARE_LINES = 3

export async function newBillable(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const title = t('admin.billables.new')
  const clientId = asked.refused ? textOf(asked.refused.values, 'client_id') : asked.query.client
  if (!clientId)
    return {
      head: { title, crumbs: crumbs(desk, title) },
      main: [
        {
          ...{ kind: 'notice', id: 'billable-client', tone: 'info', text: t('admin.billables.pick_client') },
          action: { label: t('admin.clients.title'), href: '/admin/clients' },
        },
      ],
    }
  const client = await findClient(means.db, actor, clientId, 'client.read')
  const name = client.company ?? client.name
  return {
    head: {
      title,
      text: t('admin.invoices.for', { client: name, currency: client.currency }),
      crumbs: crumbs(desk, title),
    },
    main: [
      {
        kind: 'form',
        id: 'billable-form',
        action: '/admin/billables',
        fields: [
          { kind: 'hidden', name: 'client_id', label: '', value: client.id },
          ...wishFields(desk, asked),
        ],
        grid: grid(desk, asked),
        submit: { label: t('admin.billables.create') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

function wishFields(desk: Desk, asked: Asked): Field[] {
  const { t } = desk
  const l = labeller(desk)
  return [
    { ...filled(asked, 'name'), label: l('name'), hint: t('admin.billables.name_hint') },
    {
      ...filled(asked, 'timing', asked.query.timing ?? 'next'),
      kind: 'select',
      label: l('when'),
      options: ['now', 'next', 'day'].map((value) => ({
        value,
        label: t(`admin.billables.timing.${value}`),
      })),
    },
    {
      ...filled(asked, 'on', desk.today),
      kind: 'date',
      required: false,
      label: t('admin.billables.on'),
    },
    {
      ...filled(asked, 'cycle'),
      kind: 'select',
      required: false,
      label: t('admin.billables.every'),
      options: [
        { value: '', label: t('admin.billables.once') },
        ...['7d', '14d', '1m', '3m', '6m', '1y'].map((value) => ({
          value,
          label: cycleName(desk, value),
        })),
      ],
    },
    {
      ...filled(asked, 'times'),
      kind: 'number',
      min: 1,
      required: false,
      label: t('admin.billables.times'),
      hint: t('admin.billables.times_hint'),
    },
    {
      ...tickedField(asked, 'apart', false),
      label: t('admin.billables.apart'),
      hint: t('admin.billables.apart_hint'),
    },
    { ...filled(asked, 'notes'), kind: 'textarea', rows: 2, required: false, label: l('notes') },
  ]
}

const COLUMNS = ['description', 'basis', 'quantity', 'unit', 'tax_class'] as const

function grid(desk: Desk, asked: Asked) {
  const l = labeller(desk)
  const typed = (name: string, i: number) =>
    asked.refused ? textOf((asked.refused.values[name] ?? {}) as never, String(i)) : ''
  const preset = { description: '', basis: 'amount', quantity: '1', unit: '', tax_class: 'standard' }
  return {
    caption: desk.t('admin.invoices.lines'),
    columns: [l('description'), l('basis'), l('quantity'), l('unit'), l('tax_class')],
    rows: Array.from({ length: SPARE_LINES }, (_, i) => ({
      label: String(i + 1),
      cells: COLUMNS.map((name): Field => {
        const error = asked.refused?.fields[`lines.${i}.${name === 'unit' ? 'unit_minor' : name}`]
        return {
          name: `${name}[${i}]`,
          label: `${l(name)} ${i + 1}`,
          value: typed(name, i) || preset[name],
          wide: name === 'description',
          kind: name === 'unit' ? 'money' : name === 'basis' ? 'select' : 'text',
          ...(name === 'basis'
            ? {
                options: ['amount', 'hours', 'quantity'].map((value) => ({
                  value,
                  label: desk.t(`admin.billables.basis.${value}`),
                })),
              }
            : {}),
          ...(error ? { error } : {}),
        }
      }),
    })),
  }
}

export async function stopPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t, means } = desk
  const item = await findRow<BillableItem>(means.db, desk.actor, {
    ...{ table: 'billable_items', what: 'billable item', id: asked.params.id! },
  })
  const title = t('admin.billables.stop_title', { name: item.name })
  return {
    title,
    crumbs: [
      { label: t('admin.billables.title'), href: '/admin/billables' },
      { label: item.name, href: `/admin/billables/${item.id}` },
      { label: title },
    ],
    action: `/admin/billables/${item.id}/stop`,
    label: t('admin.billables.stop'),
    cancelHref: `/admin/billables/${item.id}`,
    acts: [{ text: t('admin.billables.stop_effect') }, { text: t('admin.billables.stop_keeps') }],
    ...dangerParts(desk, asked),
  }
}
