import { getInvoice } from '../../../billing/index.ts'
import { findClient, type Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'

interface Open {
  id: string
  number: string
  due_on: IsoDate
  open_minor: bigint
  currency: string
}

const openOf = (desk: Desk, client: Client): Promise<Open[]> =>
  desk.means.db.all<Open>(sql`
    select i.id, i.number, i.due_on, i.currency,
      i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
    from invoices i where i.client_id = ${client.id} and i.status = 'issued' and i.kind = 'invoice' order by i.due_on, i.id limit 50`)

/** A box for each: ticked again as it was before a refusal. */
function boxes(
  asked: Asked,
  rows: readonly { id: string; label: string; hint?: string }[],
  ticked: boolean,
): Field[] {
  const group = asked.refused?.values.pick
  const kept = group && typeof group === 'object' && !Array.isArray(group) ? group : {}
  const error = asked.refused?.fields.pick
  return rows.map(({ id, label, hint }, i) => ({
    ...{ kind: 'checkbox', name: `pick[${id}]`, label, required: false },
    checked: asked.refused ? id in kept : ticked,
    ...(hint ? { hint } : {}),
    ...(error && i === 0 ? { error } : {}),
  }))
}

async function head(desk: Desk, asked: Asked, name: string) {
  const client = await findClient(desk.means.db, desk.actor, asked.params.id!, 'client.read')
  const title = desk.t(`admin.regroup.${name}.title`)
  const clientName = client.company ?? client.name
  return {
    client,
    head: {
      title,
      text: desk.t(`admin.regroup.${name}.text`),
      crumbs: [
        { label: desk.t('admin.clients.title'), href: '/admin/clients' },
        { label: clientName, href: `/admin/clients/${client.id}` },
        { label: title },
      ],
    },
  }
}

const rowsOf = (desk: Desk, open: readonly Open[]) =>
  open.map((row) => ({
    id: row.id,
    label: `${row.number}: ${moneyText(desk, row.open_minor, row.currency)}`,
    hint: desk.t('admin.regroup.due', { day: row.due_on }),
  }))

const nothing = (desk: Desk): PageView['main'] => [
  { kind: 'notice', id: 'nothing-open', tone: 'neutral', text: desk.t('admin.regroup.nothing') },
]

/** Which open documents become one. */
export async function mergePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const { client, head: top } = await head(desk, asked, 'merge')
  const open = await openOf(desk, client)
  if (open.length < 2) return { head: top, main: nothing(desk) }
  return {
    head: top,
    main: [
      {
        kind: 'form',
        id: 'merge-form',
        action: `/admin/clients/${client.id}/merge`,
        fields: [
          ...boxes(asked, rowsOf(desk, open), false),
          {
            ...filled(asked, 'due_on'),
            kind: 'date',
            required: false,
            label: l('due_on'),
            hint: t('admin.regroup.merge.due_hint'),
          },
          { ...filled(asked, 'reason'), label: l('reason') },
        ],
        submit: { label: t('admin.regroup.merge.act') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** Which lines go on a document of their own. */
export async function splitPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const number = invoice.number ?? t('admin.invoices.draft')
  const title = t('admin.regroup.split.title', { number })
  const rows = invoice.lines.map((line) => ({
    id: String(line.position),
    label: `${line.description}: ${moneyText(desk, line.amount_minor, invoice.currency)}`,
  }))
  return {
    head: {
      title,
      text: t('admin.regroup.split.text'),
      crumbs: [
        { label: t('admin.invoices.title'), href: '/admin/invoices' },
        { label: number, href: `/admin/invoices/${invoice.id}` },
        { label: title },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'split-form',
        action: `/admin/invoices/${invoice.id}/split`,
        fields: [
          ...boxes(asked, rows, false),
          {
            ...filled(asked, 'due_on', invoice.due_on),
            kind: 'date',
            required: false,
            label: l('due_on'),
            hint: t('admin.regroup.split.due_hint'),
          },
          { ...filled(asked, 'reason'), label: l('reason') },
        ],
        submit: { label: t('admin.regroup.split.act') },
        cancelHref: `/admin/invoices/${invoice.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** One payment that arrived for several documents. */
export async function recordManyPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const { client, head: top } = await head(desk, asked, 'payment')
  const open = await openOf(desk, client)
  if (open.length === 0) return { head: top, main: nothing(desk) }
  return {
    head: top,
    main: [
      {
        kind: 'form',
        id: 'many-form',
        action: `/admin/clients/${client.id}/payment`,
        fields: [
          ...boxes(asked, rowsOf(desk, open), true),
          { ...filled(asked, 'amount'), kind: 'money', label: l('amount'), currency: client.currency },
          { ...filled(asked, 'reference'), label: l('reference') },
          { ...filled(asked, 'note'), required: false, label: l('note') },
        ],
        submit: { label: t('admin.regroup.payment.act') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}
