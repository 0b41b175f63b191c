import { sql } from '../../../db/index.ts'
import {
  getQuote,
  quoteHref,
  quoteLifecycle,
  sentVersion,
  type Quote,
  type QuoteRow,
} from '../../../orders/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Button, type Cell, type DangerView, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'

const TONES = {
  draft: 'off',
  sent: 'info',
  accepted: 'good',
  declined: 'bad',
  expired: 'off',
  withdrawn: 'off',
} as const

const stateOf = ({ t }: Desk, status: QuoteRow['status']): Cell => ({
  ...{ state: status, label: t(`offers.quote.status.${status}`), tone: TONES[status] },
})

type Listed = QuoteRow & { client: string }

export function quoteList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const action = { label: t('offers.quote.new'), href: '/admin/quotes/new' }
  const tab = (value: QuoteRow['status']) => ({
    ...{ value, label: t(`offers.quote.status.${value}`), where: sql`q.status = ${value}` },
  })
  return listPage<Listed>(desk, asked, {
    noun: 'quotes',
    words: 'offers.quote',
    path: '/admin/quotes',
    icon: 'file-text',
    listing: {
      columns: sql`q.*, coalesce(c.company, c.name) as client`,
      from: sql`from quotes q join clients c on c.id = q.client_id`,
      where: [scoped(desk.actor, { table: 'q', client: null })],
      key: sql`q.id`,
    },
    searchIn: [sql`q.number`, sql`q.title`, sql`c.name`, sql`c.company`],
    filters: { client: sql`q.client_id` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      {
        ...{ value: 'follow', label: t('offers.quote.to_follow') },
        where: sql`q.status in ('sent', 'declined', 'expired') and q.follow_up_on <= ${desk.today}`,
      },
      ...quoteLifecycle.states.map(tab),
    ],
    actions: allowed(desk, 'quote.create') ? [{ ...action, kind: 'primary', icon: 'plus' }] : [],
    emptyAction: action,
    columns: [
      { label: l('number'), phone: 'title' },
      { label: t('offers.quote.about') },
      { label: l('client') },
      { label: l('total'), align: 'end' },
      { label: t('offers.quote.expires_on'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/quotes/${row.id}`,
      label: row.number ?? row.title,
      cells: [
        row.number ?? t('offers.quote.status.draft'),
        row.title,
        clientLink(row.client_id, row.client),
        inMoney(row.total_minor, row.currency),
        { day: row.expires_on },
        stateOf(desk, row.status),
      ],
    }),
  })
}

export async function quotePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const quote = await getQuote(means.db, actor, asked.params.id!)
  const client = await means.db.get<{ name: string }>(
    sql`select coalesce(company, name) as name from clients where id = ${quote.client_id}`,
  )
  const title = quote.number ?? t('offers.quote.status.draft')
  return {
    head: {
      title: `${title}: ${quote.title}`,
      crumbs: [{ label: t('offers.quote.title'), href: '/admin/quotes' }, { label: title }],
      status: [stateOf(desk, quote.status)],
      actions: actionsOf(desk, quote),
    },
    main: [
      ...answerOf(desk, quote),
      linesTable(desk, quote),
      versionsTable(desk, quote),
      followUpForm(desk, asked, quote),
      await auditTimeline(desk, { subject: quote.id, id: 'quote-history' }),
    ],
    aside: [factsOf(desk, quote, client?.name ?? '')],
  }
}

function actionsOf(desk: Desk, quote: Quote): Button[] {
  const { t } = desk
  const at = `/admin/quotes/${quote.id}`
  const act = (name: string, icon: string, kind?: 'primary'): Button => ({
    ...{ label: t(`offers.quote.act.${name}`), post: `${at}/${name}`, icon },
    ...(kind ? { kind } : {}),
  })
  const buttons: [boolean, string, Button][] = [
    [quote.status === 'draft', 'quote.send', act('send', 'send', 'primary')],
    [
      quote.status === 'draft',
      'quote.change',
      { label: t('offers.quote.edit'), href: `${at}/edit`, icon: 'pencil' },
    ],
    [quote.status === 'sent', 'quote.resend', act('resend', 'send')],
    [['sent', 'declined', 'expired'].includes(quote.status), 'quote.revise', act('revise', 'pencil')],
    [
      sentVersion(quote) !== undefined,
      'quote.read',
      { label: 'PDF', href: `${at}.pdf`, icon: 'download', plain: true },
    ],
    [
      quote.status !== 'accepted' && quote.status !== 'withdrawn',
      'quote.withdraw',
      { label: t('offers.quote.act.withdraw'), href: `${at}/withdraw`, icon: 'ban' },
    ],
  ]
  return buttons.filter(([fits, right]) => fits && allowed(desk, right)).map(([, , button]) => button)
}

function answerOf({ t }: Desk, quote: Quote): Block[] {
  const answer = JSON.parse(quote.answer) as { name?: string; reason?: string; terms?: string }
  if (quote.status === 'accepted')
    return [
      {
        ...{ kind: 'notice', id: 'quote-answer', tone: 'good' },
        text: t('offers.quote.accepted_by', { name: answer.name ?? '', terms: answer.terms ?? '' }),
        ...(quote.order_id
          ? { action: { label: t('offers.quote.to_order'), href: `/admin/orders/${quote.order_id}` } }
          : {}),
      },
    ]
  if (quote.status !== 'declined') return []
  const text = t('offers.quote.declined_because', { reason: answer.reason ?? '' })
  return [{ kind: 'notice', id: 'quote-answer', tone: 'warn', text }]
}

function linesTable(desk: Desk, quote: Quote): Block {
  const l = labeller(desk)
  const { t } = desk
  const version = quote.versions[0]!
  const money = (minor: bigint | string) => inMoney(BigInt(minor), quote.currency)
  return {
    kind: 'table',
    id: 'quote-lines',
    title: t('offers.quote.version', { number: version.number }),
    columns: [
      { label: l('description'), phone: 'title' },
      { label: l('quantity'), align: 'end' },
      { label: l('unit'), align: 'end', phone: 'hide' },
      { label: l('net'), align: 'end', phone: 'side' },
    ],
    rows: version.lines.map((line, i) => ({
      id: `line-${i}`,
      label: line.description,
      cells: [line.description, line.quantity, money(line.unitMinor), money(line.netMinor)],
    })),
    foot: [l('total'), null, null, money(version.total_minor)],
    empty: { title: t('common.list.nothing_found') },
  }
}

function versionsTable(desk: Desk, quote: Quote): Block {
  const l = labeller(desk)
  const { t } = desk
  return {
    kind: 'table',
    id: 'quote-versions',
    title: t('offers.quote.versions'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: t('offers.quote.sent_on') },
      { label: l('total'), align: 'end' },
    ],
    rows: quote.versions.map((version) => ({
      id: `version-${version.number}`,
      label: String(version.number),
      cells: [version.number, { at: version.sent_at }, inMoney(version.total_minor, quote.currency)],
    })),
    empty: { title: t('common.list.nothing_found') },
  }
}

function followUpForm(desk: Desk, asked: Asked, quote: Quote): Block {
  const { t } = desk
  return {
    ...{ kind: 'form', id: 'quote-follow-up', action: `/admin/quotes/${quote.id}/follow-up` },
    title: t('offers.quote.follow_up'),
    fields: [
      {
        ...filled(asked, 'follow_up_on', quote.follow_up_on),
        ...{ kind: 'date', required: false, label: t('offers.quote.follow_up_on') },
      },
      {
        ...filled(asked, 'staff_note', quote.staff_note),
        ...{ kind: 'textarea', rows: 3, required: false, label: t('offers.quote.staff_note') },
      },
    ],
    submit: { label: t('admin.save') },
    ...formParts(desk, asked),
  }
}

/** The link opens the quote for whoever holds it, so it is shown to those who may send it. */
function factsOf(desk: Desk, quote: Quote, client: string): Block {
  const l = labeller(desk)
  const { t, means } = desk
  const isOut = quote.status === 'sent' && allowed(desk, 'quote.send')
  const link = isOut
    ? [
        {
          label: t('offers.quote.link'),
          value: { copy: means.publicUrl + quoteHref(means, quote), label: t('offers.quote.link') },
        },
      ]
    : []
  return {
    kind: 'facts',
    id: 'quote-facts',
    items: [
      { label: l('client'), value: clientLink(quote.client_id, client) },
      { label: l('total'), value: inMoney(quote.total_minor, quote.currency) },
      { label: t('offers.quote.expires_on'), value: { day: quote.expires_on, relative: true } },
      { label: t('offers.quote.answered_at'), value: { at: quote.answered_at } },
      ...link,
      { label: l('id'), value: { copy: quote.id, label: l('id') } },
    ],
  }
}

export async function withdrawPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const quote = await getQuote(desk.means.db, desk.actor, asked.params.id!)
  const number = quote.number ?? quote.title
  return {
    title: t('offers.quote.withdraw_title', { number }),
    crumbs: [{ label: t('offers.quote.title'), href: '/admin/quotes' }, { label: number }],
    action: `/admin/quotes/${quote.id}/withdraw`,
    label: t('offers.quote.act.withdraw'),
    cancelHref: `/admin/quotes/${quote.id}`,
    acts: [{ text: t('offers.quote.withdraw_what'), icon: 'ban', final: true }],
    ...dangerParts(desk, asked),
  }
}
