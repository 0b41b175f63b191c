import { sql } from '../../../db/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import type { PageView } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { listPage, paymentsAbove } from './list-page.ts'

interface WebhookEvent {
  id: string
  instance_id: string
  instance: string
  event_key: string
  verified: number
  headers: string
  body: string
  status: string
  outcome: string | null
  attempts: number
  received_at: Instant
  handled_at: Instant | null
}

const from = sql`from webhook_events w join plugin_instances i on i.id = w.instance_id`
const TONES = { handled: 'good', received: 'busy', refused: 'bad' } as const

const stateOf = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.webhook.${status}`),
  tone: TONES[status as keyof typeof TONES] ?? ('neutral' as const),
})

/** What gateways and panels told us, with what we made of it. */
export function webhookList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  return listPage<WebhookEvent>(desk, asked, {
    noun: 'webhooks',
    path: '/admin/webhook-events',
    above: paymentsAbove(desk),
    icon: 'webhook',
    listing: {
      columns: sql`w.id, w.instance_id, i.name as instance, w.event_key, w.verified, w.status, w.outcome, w.attempts, w.received_at`,
      from,
      where: [],
      key: sql`w.id`,
    },
    searchIn: [sql`w.event_key`, sql`i.name`, sql`w.outcome`],
    filters: { instance: sql`w.instance_id` },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'failed', label: t('admin.tab.failed'), where: sql`w.handled_at is null and w.attempts > 0` },
      { value: 'open', label: t('admin.tab.open'), where: sql`w.handled_at is null` },
    ],
    columns: [
      { label: l('event'), phone: 'title' },
      { label: l('instance') },
      { label: l('at') },
      { label: l('signature'), phone: 'hide' },
      { label: l('outcome'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/webhook-events/${row.id}`,
      label: row.event_key,
      cells: [
        { mono: row.event_key },
        row.instance,
        { at: row.received_at },
        t(row.verified === 1 ? 'admin.webhook.verified' : 'admin.webhook.unverified'),
        row.outcome,
        stateOf(desk, row.status),
      ],
    }),
  })
}

export async function webhookPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const row = await means.db.get<WebhookEvent>(sql`select w.*, i.name as instance ${from} where w.id = ${id}`)
  if (!row) throw NotFound({ what: 'webhook event', id })
  return {
    head: {
      title: row.event_key,
      crumbs: [{ label: t('admin.webhooks.title'), href: '/admin/webhook-events' }, { label: row.event_key }],
      status: [stateOf(desk, row.status)],
      actions: [
        {
          label: t('admin.webhooks.replay'),
          post: `/admin/webhook-events/${row.id}/replay`,
          icon: 'refresh',
        },
      ],
    },
    main: [
      {
        kind: 'facts',
        id: 'webhook-facts',
        items: [
          {
            label: l('instance'),
            value: { href: `/admin/plugins/instances/${row.instance_id}`, text: row.instance },
          },
          { label: l('at'), value: { at: row.received_at } },
          { label: l('handled_at'), value: { at: row.handled_at } },
          { label: l('attempt'), value: row.attempts },
          {
            label: l('signature'),
            value: t(row.verified === 1 ? 'admin.webhook.verified' : 'admin.webhook.unverified'),
          },
          { label: l('outcome'), value: row.outcome },
        ],
      },
      { kind: 'text', id: 'webhook-body', title: t('admin.webhooks.body'), text: pretty(row.body) },
      { kind: 'text', id: 'webhook-headers', title: t('admin.webhooks.headers'), text: pretty(row.headers) },
    ],
  }
}

/** JSON with line breaks; anything else as it came. */
export function pretty(text: string | null): string {
  try {
    return JSON.stringify(JSON.parse(text ?? ''), null, 2)
  } catch {
    return text ?? ''
  }
}
