import { issueCarried } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { BerthError } from '../../../kernel/index.ts'
import {
  findService,
  moveService,
  previewTransfer,
  type ObstacleName,
  type PreviewedTransfer,
  type ServiceRow,
  type TransferRow,
} from '../../../services/index.ts'
import { inMoney, type Block, type Notice, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, valueOf, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

interface Chosen {
  to: string
  prices: string
}

/** A service to another client: asking shows what moves and what stands in the way, sending does it. */
export async function transferPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const wanted = { id: asked.params.id!, right: moveService.permission }
  const service = await findService(means.db, actor, wanted)
  const at = `/admin/services/${service.id}`
  const chosen = {
    to: await clientNamed(desk, service, valueOf(asked, 'to', asked.query.to).trim()),
    prices: valueOf(asked, 'prices', asked.query.prices ?? 'list'),
  }
  const seen = chosen.to === '' || asked.refused ? null : await previewed(desk, service, chosen)
  return {
    head: {
      title: t('transfers.admin.title', { label: service.label }),
      text: t('transfers.admin.text'),
      crumbs: [
        { label: t('admin.services.title'), href: '/admin/services' },
        { label: service.label, href: at },
        { label: t('transfers.admin.link') },
      ],
    },
    main: [
      wishForm(desk, asked, { action: `${at}/transfer`, chosen }),
      ...(seen ? (typeof seen === 'string' ? [refusal(seen)] : effect(desk, seen)) : []),
      ...((seen && typeof seen !== 'string' && seen.obstacles.length === 0) || asked.refused
        ? [moveForm(desk, asked, { action: `${at}/transfer`, chosen })]
        : []),
      ...(await again(desk, asked, service)),
      await history(desk, service),
    ],
  }
}

/** The id itself, or the address of a client of the service's brand. */
async function clientNamed({ means }: Desk, service: ServiceRow, named: string): Promise<string> {
  if (!named.includes('@')) return named
  const [one, ...more] = await means.db.all<{ id: string }>(sql`
    select id from clients where brand_id = ${service.brand_id} and lower(email) = ${named.toLowerCase()} and status = 'active'
      and currency = ${service.currency} limit 2`)
  return one && more.length === 0 ? one.id : named
}

async function previewed(
  { means, actor }: Desk,
  { id }: ServiceRow,
  { to, prices }: Chosen,
): Promise<PreviewedTransfer | string> {
  try {
    return await previewTransfer(means, { service_id: id, to_client_id: to, prices }, actor)
  } catch (error) {
    if (error instanceof BerthError) return error.message
    throw error
  }
}

const refusal = (text: string): Block => ({ kind: 'notice', id: 'transfer-refused', tone: 'bad', text })

interface Forming {
  action: string
  chosen: Chosen
}

function wishForm(desk: Desk, asked: Asked, { action, chosen }: Forming): Block {
  const { t } = desk
  const options = ['list', 'same'].map((value) => ({ value, label: t(`transfers.admin.${value}`) }))
  return {
    ...{ kind: 'form', id: 'transfer-wish', method: 'get', action, keys: {} },
    fields: [
      {
        ...filled(asked, 'to', chosen.to),
        ...{ kind: 'text', label: t('transfers.admin.to'), hint: t('transfers.admin.to_hint') },
      },
      {
        ...filled(asked, 'prices', chosen.prices),
        ...{ kind: 'radio', label: t('transfers.admin.prices'), options },
      },
    ],
    submit: { label: t('transfers.admin.see'), kind: 'secondary' },
  }
}

function effect(desk: Desk, { service, receiver, taken, obstacles }: PreviewedTransfer): Block[] {
  const { t } = desk
  return [
    ...obstacles.map(({ name, about }, i): Block => {
      const text = `${t(`transfers.obstacle.${name}`)}${about === null ? '' : ` (${about})`}`
      return { kind: 'notice', id: `obstacle-${i}`, tone: 'warn', text, ...wayOut(desk, service, name) }
    }),
    {
      kind: 'table',
      id: 'transfer-services',
      title: t('transfers.admin.receiver', { name: receiver.company ?? receiver.name }),
      columns: [
        { label: t('transfers.admin.service'), phone: 'title' },
        { label: t('transfers.admin.next') },
        { label: t('transfers.admin.before'), align: 'end', phone: 'hide' },
        { label: t('transfers.admin.after'), align: 'end', phone: 'side' },
      ],
      rows: taken.map(({ service: one, recurringMinor }) => ({
        ...{ id: `row-${one.id}`, href: `/admin/services/${one.id}`, label: one.label },
        cells: [
          one.label,
          { day: one.next_period_on },
          inMoney(one.recurring_minor, service.currency),
          inMoney(recurringMinor, service.currency),
        ],
      })),
      empty: { icon: 'calendar', title: t('transfers.admin.what') },
    },
  ]
}

/** Where staff settle an obstacle that is not settled on the page of the service. */
function wayOut(desk: Desk, { client_id: giver }: ServiceRow, name: ObstacleName): Pick<Notice, 'action'> {
  if (name !== 'unbilled_periods' || !allowed(desk, issueCarried.permission)) return {}
  return { action: { label: desk.t('admin.carried.title'), href: `/admin/clients/${giver}/carried` } }
}

function moveForm(desk: Desk, asked: Asked, { action, chosen }: Forming): Block {
  const { t } = desk
  const hidden = Object.entries(chosen).map(([name, value]) => ({ name, value, label: '', kind: 'hidden' }))
  const reason = { ...filled(asked, 'reason'), kind: 'text', label: t('transfers.admin.reason'), max: 500 }
  return {
    ...{ kind: 'form', id: 'transfer-form', action, fields: [...hidden, reason] },
    submit: { label: t('transfers.admin.move') },
    ...formParts(desk, asked),
  }
}

/** What the provider has not taken is told once more. */
async function again(desk: Desk, asked: Asked, { id }: ServiceRow): Promise<Block[]> {
  const { means, t } = desk
  const failed = await means.db.get<TransferRow>(
    sql`select * from service_transfers where service_id = ${id} and status = 'failed' order by id desc limit 1`,
  )
  if (!failed) return []
  const fields = [{ name: 'transfer', value: failed.id, label: '', kind: 'hidden' }]
  return [
    {
      kind: 'notice',
      id: 'transfer-failed',
      tone: 'bad',
      title: t('transfers.admin.status.failed'),
      text: failed.problem ?? '',
    },
    {
      ...{ kind: 'form', id: 'transfer-retry', action: `/admin/services/${id}/transfer/retry`, fields },
      submit: { label: t('transfers.admin.retry') },
      ...formParts(desk, asked),
    },
  ]
}

type Passed = TransferRow & { giver: string; receiver: string | null }

/** What was offered and moved before; what the provider has not taken can be tried again. */
async function history(desk: Desk, { id }: ServiceRow): Promise<Block> {
  const { means, t } = desk
  const l = labeller(desk)
  const rows = await means.db.all<Passed>(sql`
    select t.*, coalesce(g.company, g.name) as giver, coalesce(r.company, r.name) as receiver from service_transfers t
    join clients g on g.id = t.client_id left join clients r on r.id = t.to_client_id
    where t.service_id = ${id} order by t.id desc limit 20`)
  return {
    kind: 'table',
    id: 'transfer-history',
    title: t('transfers.admin.history'),
    columns: [
      { label: l('client'), phone: 'title' },
      { label: t('transfers.admin.to') },
      { label: l('state'), phone: 'side' },
      { label: l('when') },
    ],
    rows: rows.map((row) => ({
      ...{ id: `row-${row.id}`, label: row.giver },
      cells: [
        clientLink(row.client_id, row.giver),
        row.to_client_id === null ? row.to_email : clientLink(row.to_client_id, row.receiver ?? ''),
        [t(`transfers.admin.status.${row.status}`), row.problem].filter(Boolean).join(': '),
        { at: row.answered_at ?? row.created_at },
      ],
    })),
    empty: { icon: 'switch-horizontal', title: t('transfers.admin.history') },
  }
}
