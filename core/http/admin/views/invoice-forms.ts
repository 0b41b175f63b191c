import { amountDue, getInvoice, listGateways, statedLine, type Invoice } from '../../../billing/index.ts'
import { findClient, listClients } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { addDays } from '../../../kernel/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import { methodLabel } from '../../page/index.ts'
import type { Block, DangerView, Field, PageView } from '../blocks.ts'
import {
  filled,
  formParts,
  labeller,
  looseProblem,
  moneyText,
  textOf,
  type Asked,
  type Desk,
} from '../desk.ts'
import { periodName, traceItems } from './words.ts'

const SPARE_LINES = 4

/** First for whom, by a search; then the lines. */
export async function newInvoice(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const title = t('admin.invoices.new')
  const clientId = asked.refused ? textOf(asked.refused.values, 'client_id') : asked.query.client
  if (!clientId)
    return {
      head: { title, crumbs: crumbs(desk, title) },
      main: await clientSearch(desk, asked, '/admin/invoices/new'),
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
        id: 'invoice-form',
        action: '/admin/invoices',
        fields: [
          { kind: 'hidden', name: 'client_id', label: '', value: client.id },
          dueField(desk, asked, addDays(desk.today, 14)),
          notesField(desk, asked, ''),
        ],
        grid: linesGrid(desk, asked, []),
        submit: { label: t('admin.invoices.create') },
        cancelHref: '/admin/invoices',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function clientSearch(desk: Desk, asked: Asked, path: string): Promise<Block[]> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const q = asked.query.q ?? ''
  const { clients } = await listClients(means, { q, status: 'active', limit: 20 }, actor)
  return [
    {
      kind: 'list',
      id: 'invoice-clients',
      label: t('admin.clients.title'),
      search: { action: path, value: q, placeholder: t('admin.clients.search'), keep: [] },
      columns: [
        { label: l('client'), phone: 'title' },
        { label: l('email') },
        { label: l('currency'), phone: 'side' },
      ],
      rows: clients.map((client) => ({
        id: `row-${client.id}`,
        href: `${path}?client=${client.id}`,
        label: client.name,
        cells: [client.company ?? client.name, client.email, client.currency],
      })),
      empty: { icon: 'users', title: t('common.list.nothing_found') },
    },
  ]
}

export async function editInvoice(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const title = t('admin.invoices.edit')
  return {
    head: { title, crumbs: crumbs(desk, title) },
    main: [
      {
        kind: 'form',
        id: 'invoice-form',
        action: `/admin/invoices/${invoice.id}`,
        fields: [dueField(desk, asked, invoice.due_on), notesField(desk, asked, invoice.notes ?? '')],
        grid: linesGrid(
          desk,
          asked,
          invoice.lines.map((line) => typedLine(invoice, line)),
        ),
        submit: { label: t('admin.save') },
        cancelHref: `/admin/invoices/${invoice.id}`,
        ...formParts(desk, asked, invoice.version),
      },
    ],
  }
}

const crumbs = (desk: Desk, label: string) => [
  { label: desk.t('admin.invoices.title'), href: '/admin/invoices' },
  { label },
]

const dueField = (desk: Desk, asked: Asked, preset: string): Field => ({
  ...filled(asked, 'due_on', preset),
  kind: 'date',
  label: desk.t('admin.label.due_on'),
})

const notesField = (desk: Desk, asked: Asked, preset: string): Field => ({
  ...filled(asked, 'notes', preset),
  kind: 'textarea',
  rows: 2,
  required: false,
  label: desk.t('admin.label.notes'),
  hint: desk.t('admin.invoices.notes_hint'),
})

interface TypedLine {
  description: string
  quantity: string
  unit: string
  tax_class: string
}

const typedLine = (invoice: Invoice, line: Invoice['lines'][number]): TypedLine => ({
  description: line.description,
  quantity: String(line.quantity),
  unit: toDecimal({ minor: statedLine(line).unitMinor, currency: invoice.currency }),
  tax_class: line.tax_class,
})

/** The lines there are and some empty ones: filled ones count, empty ones are left out. */
function linesGrid(desk: Desk, asked: Asked, known: readonly TypedLine[]) {
  const l = labeller(desk)
  const empty: TypedLine = { description: '', quantity: '1', unit: '', tax_class: 'standard' }
  const typed = asked.refused ? typedAgain(asked) : known
  const rows = [...typed, ...Array<TypedLine>(Math.max(SPARE_LINES - typed.length, 2)).fill(empty)]
  return {
    caption: desk.t('admin.invoices.lines'),
    columns: [l('description'), l('quantity'), l('unit'), l('tax_class')],
    rows: rows.map((line, i) => ({
      label: String(i + 1),
      cells: (['description', 'quantity', 'unit', 'tax_class'] as const).map((name): Field => {
        const error = asked.refused?.fields[`lines.${i}.${name === 'unit' ? 'unit_minor' : name}`]
        return {
          name: `${name}[${i}]`,
          label: `${l(name)} ${i + 1}`,
          value: line[name],
          wide: name === 'description',
          kind: name === 'unit' ? 'money' : name === 'quantity' ? 'number' : 'text',
          ...(error ? { error } : {}),
        }
      }),
    })),
  }
}

function typedAgain({ refused }: Asked): TypedLine[] {
  const columns = refused!.values
  const of = (name: string, i: number) => textOf((columns[name] ?? {}) as never, String(i))
  const count = Object.keys((columns.description ?? {}) as object).length
  return Array.from({ length: count }, (_, i) => ({
    description: of('description', i),
    quantity: of('quantity', i),
    unit: of('unit', i),
    tax_class: of('tax_class', i),
  })).filter((line) => line.description !== '' || line.unit !== '')
}

export async function voidPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const number = invoice.number ?? t('admin.invoices.draft')
  const sum = moneyText(desk, invoice.total_minor, invoice.currency)
  return {
    title: t('admin.invoices.void.title', { number }),
    crumbs: crumbs(desk, number),
    action: `/admin/invoices/${invoice.id}/void`,
    label: t('admin.invoices.void.label', { number }),
    cancelHref: `/admin/invoices/${invoice.id}`,
    acts: [
      { text: t('admin.invoices.void.number', { number }), icon: 'file-invoice' },
      { text: t('admin.invoices.void.ledger', { sum }), icon: 'book' },
      { text: t('admin.invoices.void.charges'), icon: 'refresh' },
      { text: t('admin.invoices.void.final'), final: true },
    ],
    ...dangerParts(desk, asked),
  }
}

export function dangerParts(desk: Desk, asked: Asked): Pick<DangerView, 'keys' | 'error'> {
  const reason = asked.refused?.fields.reason
  const error = looseProblem(asked) ?? reason
  return { keys: { once: desk.means.newId('req') }, ...(error ? { error } : {}) }
}

/** Books money that was seen to arrive. */
export async function paymentPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const invoice = await getInvoice(means.db, asked.params.id!, desk.actor)
  const gateways = await listGateways(means.db, invoice.brand_id)
  const open = toDecimal({ minor: amountDue(invoice), currency: invoice.currency })
  const title = t('admin.invoices.record.title', { number: invoice.number ?? '' })
  return {
    head: { title, crumbs: crumbs(desk, title), text: t('admin.invoices.record.text') },
    main: [
      {
        kind: 'form',
        id: 'payment-form',
        action: `/admin/invoices/${invoice.id}/payment`,
        fields: [
          { ...filled(asked, 'amount', open), kind: 'money', label: l('amount'), currency: invoice.currency },
          {
            ...filled(asked, 'reference'),
            label: l('reference'),
            hint: t('admin.invoices.record.reference_hint'),
          },
          {
            ...filled(asked, 'instance_id'),
            kind: 'select',
            required: false,
            label: l('method'),
            options: [
              { value: '', label: t('admin.invoices.record.by_hand') },
              ...gateways.map(({ id, name }) => ({ value: id, label: name })),
            ],
          },
          {
            ...{ ...filled(asked, 'received_on'), kind: 'date', required: false },
            ...{ label: l('received_on'), hint: t('admin.invoices.record.received_hint') },
          },
          { ...filled(asked, 'note'), kind: 'textarea', rows: 2, required: false, label: l('note') },
        ],
        submit: { label: t('admin.invoices.record.submit') },
        cancelHref: `/admin/invoices/${invoice.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** Charges a method that the client saved. */
export async function chargePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const invoice = await getInvoice(means.db, asked.params.id!, desk.actor)
  const methods = await means.db.all<{ id: string; label: string; kind: string; last4: string | null }>(sql`
    select id, label, kind, last4 from payment_methods
    where client_id = ${invoice.client_id} and removed_at is null order by preferred desc, created_at`)
  const sum = moneyText(desk, amountDue(invoice), invoice.currency)
  const title = t('admin.invoices.charge.title', { sum })
  const back = `/admin/invoices/${invoice.id}`
  const head = { title, crumbs: crumbs(desk, title) }
  if (methods.length === 0) {
    const text = t('admin.invoices.charge.none')
    return {
      head,
      main: [
        {
          kind: 'notice',
          id: 'charge-none',
          tone: 'info',
          text,
          action: { label: t('admin.back'), href: back },
        },
      ],
    }
  }
  return {
    head,
    main: [
      {
        kind: 'form',
        id: 'charge-form',
        action: `${back}/charge`,
        fields: [
          {
            ...filled(asked, 'method_id', methods[0]!.id),
            kind: 'select',
            label: desk.t('admin.label.method'),
            options: methods.map((method) => ({ value: method.id, label: methodLabel(t, method) })),
          },
        ],
        submit: { label: t('admin.invoices.charge.submit', { sum }) },
        cancelHref: back,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** Why a line costs what it costs: its trace as it was kept. */
export async function whyPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const line =
    invoice.lines.find(({ position }) => String(position) === asked.params.position) ?? invoice.lines[0]!
  const money = (minor: bigint) => ({ money: { minor, currency: invoice.currency } })
  const number = invoice.number ?? t('admin.invoices.draft')
  return {
    head: {
      title: t('admin.invoices.why_title'),
      text: line.description,
      crumbs: [
        { label: t('admin.invoices.title'), href: '/admin/invoices' },
        { label: number, href: `/admin/invoices/${invoice.id}` },
        { label: t('admin.invoices.why') },
      ],
    },
    main: [
      {
        kind: 'facts',
        id: 'why-sums',
        lines: true,
        items: [
          { label: l('unit'), value: money(line.unit_minor) },
          { label: l('quantity'), value: line.quantity },
          { label: l('amount'), value: money(line.amount_minor) },
          { label: l('tax'), value: money(line.tax_minor) },
          { label: l('net'), value: money(line.net_minor), total: true },
        ],
      },
      {
        kind: 'facts',
        id: 'why-trace',
        title: t('admin.invoices.trace'),
        items: [
          {
            label: l('period'),
            value: line.period_start ? periodName(desk, line.period_start, line.period_end) : null,
          },
          { label: l('source'), value: line.source_id ? { copy: line.source_id, label: l('source') } : null },
          ...traceItems(desk, JSON.parse(line.trace) as Record<string, unknown>),
        ],
      },
    ],
  }
}
