import { suggestServices, type AgreementRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Cell, type DangerView, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'
import { cycleName } from './words.ts'

interface Listed extends AgreementRow {
  gateway: string
  client: string | null
  service: string | null
}

const columns = sql`g.*, i.name as gateway, coalesce(c.company, c.name) as client, s.label as service`
const from = sql`from agreements g join plugin_instances i on i.id = g.instance_id
  left join clients c on c.id = g.client_id left join services s on s.id = g.service_id`

const label =
  ({ t }: Desk) =>
  (name: string) =>
    t(`payouts.label.${name}`)

const state = ({ t }: Desk, { status }: AgreementRow): Cell & { state: string } => ({
  ...{ state: status, label: t(`payouts.agreement_state.${status}`) },
  tone: status === 'live' ? 'info' : 'neutral',
})

/** What gateways charge by themselves. What is matched to no service waits for a person, first. */
export function agreementList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = label(desk)
  return listPage<Listed>(desk, asked, {
    ...{ words: 'payouts.agreements', noun: 'agreements', path: '/admin/agreements', icon: 'repeat' },
    above: { label: desk.t('payouts.title'), href: '/admin/payouts' },
    listing: { columns, from, where: [scoped(desk.actor, { table: 'g', client: null })], key: sql`g.id` },
    searchIn: [sql`g.reference`, sql`g.email`, sql`g.name`, sql`g.label`],
    filters: { client: sql`g.client_id` },
    tabs: [
      {
        value: 'unmatched',
        label: t('payouts.agreements.tab.unmatched'),
        where: sql`g.status = 'live' and g.service_id is null`,
      },
      {
        value: 'matched',
        label: t('payouts.agreements.tab.matched'),
        where: sql`g.status = 'live' and g.service_id is not null`,
      },
      { value: 'ended', label: t('payouts.agreement_state.ended'), where: sql`g.status = 'ended'` },
    ],
    actions: [{ label: t('payouts.title'), href: '/admin/payouts', icon: 'building-bank' }],
    columns: [
      { label: l('label'), phone: 'title' },
      { label: l('payer') },
      { label: l('service'), phone: 'hide' },
      { label: l('next_on'), phone: 'hide' },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/agreements/${row.id}`,
      label: row.label ?? row.reference,
      cells: [
        row.label ?? { mono: row.reference },
        row.client_id ? clientLink(row.client_id, row.client) : (row.email ?? row.name),
        row.service_id ? { href: `/admin/services/${row.service_id}`, text: row.service ?? '' } : null,
        { day: row.next_on },
        inMoney(row.amount_minor, row.currency),
      ],
    }),
  })
}

const find = ({ means, actor }: Desk, { params }: Asked): Promise<AgreementRow> =>
  findRow<AgreementRow>(means.db, actor, {
    ...{ table: 'agreements', what: 'agreement', id: params.id!, scope: { client: null } },
  })

export async function agreementPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const { id } = await find(desk, asked)
  const row = (await means.db.get<Listed>(sql`select ${columns} ${from} where g.id = ${id}`))!
  const canMatch = row.status === 'live' && allowed(desk, 'agreement.match')
  const title = row.label ?? row.reference
  return {
    head: {
      title,
      crumbs: [{ label: t('payouts.agreements.title'), href: '/admin/agreements' }, { label: title }],
      status: [state(desk, row)],
      actions:
        row.status === 'live' && allowed(desk, 'agreement.cancel')
          ? [{ label: t('payouts.agreements.end'), href: `/admin/agreements/${id}/end`, kind: 'danger' }]
          : [],
    },
    main: [
      facts(desk, row),
      ...(canMatch
        ? [row.service_id ? unmatchForm(desk, asked, row) : await matchForm(desk, asked, row)]
        : []),
      await payments(desk, row),
      await auditTimeline(desk, { subject: id, id: `agreement-${id}-history` }),
    ],
  }
}

function facts(desk: Desk, row: Listed): Block {
  const { t } = desk
  const l = label(desk)
  return {
    kind: 'facts',
    id: `agreement-${row.id}-facts`,
    items: [
      { label: l('amount'), value: inMoney(row.amount_minor, row.currency) },
      { label: l('cycle'), value: row.cycle ? cycleName(desk, row.cycle) : null },
      { label: l('next_on'), value: { day: row.next_on } },
      { label: l('gateway'), value: row.gateway },
      { label: l('payer'), value: [row.name, row.email].filter(Boolean).join(' · ') },
      { label: l('customer'), value: row.customer ? { mono: row.customer } : null },
      { label: l('client'), value: row.client_id ? clientLink(row.client_id, row.client) : null },
      {
        label: l('service'),
        value: row.service_id
          ? { href: `/admin/services/${row.service_id}`, text: row.service ?? '' }
          : t('payouts.agreements.no_service'),
      },
      { label: l('reference'), value: { copy: row.reference, label: l('reference') } },
    ],
  }
}

/** The surest is chosen beforehand; a person says whether it is right. */
async function matchForm(desk: Desk, asked: Asked, row: AgreementRow): Promise<Block> {
  const { t, means } = desk
  const found = await suggestServices(means.db, row, desk.actor)
  if (found.length === 0)
    return {
      ...{ kind: 'notice', id: 'match-none', tone: 'info', title: t('payouts.agreements.no_suggestion') },
      text: t('payouts.agreements.no_suggestion_text'),
    }
  return {
    kind: 'form',
    id: 'match-agreement',
    title: t('payouts.agreements.match'),
    text: t('payouts.agreements.match_text'),
    action: `/admin/agreements/${row.id}/match`,
    fields: [
      {
        ...filled(asked, 'service_id', found[0]!.id),
        kind: 'radio',
        label: label(desk)('service'),
        options: found.map((one) => ({
          value: one.id,
          label: t('payouts.agreements.suggestion', {
            ...{ service: one.label, client: one.client, why: t(`payouts.why.${one.why}`) },
            sum: moneyText(desk, one.recurring_minor, one.currency),
          }),
        })),
      },
    ],
    submit: { label: t('payouts.agreements.match') },
    ...formParts(desk, asked),
  }
}

function unmatchForm(desk: Desk, asked: Asked, row: AgreementRow): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: 'unmatch-agreement',
    title: t('payouts.agreements.unmatch'),
    text: t('payouts.agreements.unmatch_text'),
    action: `/admin/agreements/${row.id}/match`,
    fields: [],
    submit: { label: t('payouts.agreements.unmatch'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

async function payments(desk: Desk, row: AgreementRow): Promise<Block> {
  const l = labeller(desk)
  const rows = await desk.means.db.all<{
    id: string
    number: string | null
    status: string
    currency: string
    received_minor: bigint
    created_at: string
  }>(sql`
    select p.id, v.number, p.status, p.currency, p.received_minor, p.created_at from payments p left join invoices v on v.id = p.invoice_id
    where p.client_id = ${row.client_id} and p.agreement_id = ${row.id} order by p.id desc limit 50`)
  return {
    kind: 'table',
    id: 'agreement-payments',
    title: desk.t('payouts.agreements.payments'),
    columns: [
      { label: l('invoice'), phone: 'title' },
      { label: l('state'), phone: 'line' },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: rows.map((one) => ({
      id: `row-${one.id}`,
      href: `/admin/payments/${one.id}`,
      label: one.number ?? one.id,
      cells: [one.number ?? one.id, { state: one.status }, inMoney(one.received_minor, one.currency)],
    })),
    empty: { icon: 'credit-card', title: desk.t('payouts.agreements.no_payments') },
  }
}

export async function endPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const row = await find(desk, asked)
  const title = t('payouts.agreements.end')
  const sum = moneyText(desk, row.amount_minor, row.currency)
  return {
    ...{ title, text: t('payouts.agreements.end_text', { name: row.label ?? row.reference }) },
    crumbs: [
      { label: t('payouts.agreements.title'), href: '/admin/agreements' },
      { label: row.label ?? row.reference, href: `/admin/agreements/${row.id}` },
      { label: title },
    ],
    ...{ action: `/admin/agreements/${row.id}/end`, label: title, cancelHref: `/admin/agreements/${row.id}` },
    acts: [
      { text: t('payouts.agreements.end_effect', { sum }), icon: 'credit-card' },
      ...(row.service_id ? [{ text: t('payouts.agreements.end_ours'), icon: 'refresh' }] : []),
    ],
    reason: false,
    ...dangerParts(desk, asked),
  }
}
