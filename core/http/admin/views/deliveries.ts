import { refundPayment, type ServicesRefundPlan } from '../../../billing/index.ts'
import { countFailures, previewGivingUp, showDelivery, type DeliveryCall } from '../../../services/index.ts'
import { serviceTitle } from '../../../catalog/index.ts'
import { list, sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { may, scoped } from '../../../records/index.ts'
import type { Block, Button, DangerView, Field, PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage, type Tab } from './list-page.ts'
import { deliveryState } from './services.ts'
import { pretty } from './webhook-events.ts'

interface Listed {
  id: string
  label: string
  product: string
  client_id: string
  client_name: string
  server: string | null
  action: string
  status: string
  failure: string | null
  attempts: number
  next_try_at: Instant | null
  created_at: Instant
}

/** What needs a person first; the named failures stand above with their counts. */
export async function deliveryList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t, means, actor } = desk
  const failures = await countFailures(means, {}, actor)
  return listPage<Listed>(desk, asked, {
    noun: 'deliveries',
    path: '/admin/deliveries',
    icon: 'truck-delivery',
    listing: {
      columns: sql`d.id, s.label, p.name as product, d.client_id, coalesce(c.company, c.name) as client_name, v.name as server, d.action,
        d.status, d.failure, d.attempts, d.next_try_at, d.created_at`,
      from: sql`from deliveries d join services s on s.id = d.service_id join clients c on c.id = d.client_id
        join products p on p.id = s.product_id
        left join servers v on v.id = d.server_id`,
      where: [scoped(actor, { table: 'd' })],
      key: sql`d.id`,
    },
    searchIn: [sql`s.label`, sql`p.name`, sql`c.name`, sql`c.company`, sql`d.id`],
    filters: { server: sql`d.server_id`, failure: sql`d.failure` },
    tabs: tabsOf(desk, failures),
    ...(failures.length > 0 ? { before: [failureStats(desk, failures)] } : {}),
    columns: [
      { label: l('service'), phone: 'title' },
      { label: l('client') },
      { label: l('action') },
      { label: l('server'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
      { label: l('failure') },
      { label: l('attempts'), align: 'end', phone: 'hide' },
      { label: l('next_try'), phone: 'hide' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/deliveries/${row.id}`,
      label: serviceTitle(row.product, row.label),
      cells: [
        serviceTitle(row.product, row.label),
        clientLink(row.client_id, row.client_name),
        t(`admin.delivery_action.${row.action}`),
        row.server,
        deliveryState(desk, row.status),
        row.failure ? t(`admin.failure.${row.failure}`) : null,
        row.attempts,
        { at: row.next_try_at },
      ],
      ...(row.status === 'failed' && allowed(desk, 'delivery.retry')
        ? {
            menu: [
              {
                label: t('admin.deliveries.act.retry'),
                href: `/admin/deliveries/${row.id}/retry`,
                icon: 'refresh',
                post: true,
              },
            ],
          }
        : {}),
    }),
  })
}

export async function deliveryPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const { delivery, service, calls } = await showDelivery(means, { delivery_id: asked.params.id }, actor)
  const server = delivery.server_id
    ? await means.db.get<{ name: string }>(sql`select name from servers where id = ${delivery.server_id}`)
    : null
  const title = `${t(`admin.delivery_action.${delivery.action}`)}: ${service.label}`
  const open = ['open', 'waiting', 'failed'].includes(delivery.status)
  return {
    head: {
      title,
      crumbs: [{ label: t('admin.deliveries.title'), href: '/admin/deliveries' }, { label: service.label }],
      status: [deliveryState(desk, delivery.status)],
      actions: open ? actsOf(desk, delivery) : [],
    },
    main: [
      ...(delivery.failure
        ? [
            {
              kind: 'notice',
              id: `delivery-${delivery.id}-failure`,
              tone: 'bad',
              title: t(`admin.failure.${delivery.failure}`),
              text: delivery.problem ?? t(`admin.failure_hint.${delivery.failure}`),
            } as const,
          ]
        : []),
      callsTable(desk, delivery.id, calls),
      ...(open && delivery.action === 'create' && allowed(desk, 'delivery.adopt')
        ? [adoptForm(desk, asked, delivery.id)]
        : []),
      await auditTimeline(desk, { subject: delivery.id, id: `delivery-${delivery.id}-history` }),
    ],
    aside: [
      {
        kind: 'facts',
        id: `delivery-${delivery.id}-facts`,
        items: [
          { label: l('service'), value: { href: `/admin/services/${service.id}`, text: service.label } },
          { label: l('step'), value: delivery.step },
          { label: l('attempts'), value: delivery.attempts },
          { label: l('next_try'), value: { at: delivery.next_try_at } },
          {
            label: l('server'),
            value: delivery.server_id
              ? { href: `/admin/servers/${delivery.server_id}`, text: server?.name ?? delivery.server_id }
              : null,
          },
          { label: l('remote_id'), value: service.remote_id },
          { label: l('at'), value: { at: delivery.created_at } },
          { label: l('ended_at'), value: { at: delivery.ended_at } },
          { label: l('id'), value: { copy: delivery.id, label: l('id') } },
        ],
      },
      {
        kind: 'text',
        id: `delivery-${delivery.id}-payload`,
        title: t('admin.deliveries.payload'),
        text: pretty(delivery.payload),
      },
    ],
  }
}

function actsOf(
  desk: Desk,
  delivery: { id: string; step: string; action: string; server_id: string | null; status: string },
): Button[] {
  const { t } = desk
  const at = `/admin/deliveries/${delivery.id}`
  const byHand = delivery.step === 'by_hand'
  const offers: [permission: string, fits: boolean, button: Button][] = [
    [
      'delivery.retry',
      !byHand && delivery.status !== 'open',
      { label: t('admin.deliveries.act.retry'), post: `${at}/retry`, kind: 'primary', icon: 'refresh' },
    ],
    [
      'delivery.mark_done',
      byHand,
      { label: t('admin.deliveries.act.mark_done'), post: `${at}/mark-done`, kind: 'primary', icon: 'check' },
    ],
    [
      'delivery.undo',
      !byHand && delivery.action === 'create' && delivery.server_id !== null,
      { label: t('admin.deliveries.act.undo'), post: `${at}/undo`, icon: 'corner-up-left' },
    ],
    [
      'delivery.abandon',
      true,
      { label: t('admin.deliveries.act.abandon'), href: `${at}/abandon`, kind: 'ghost', icon: 'ban' },
    ],
  ]
  return offers
    .filter(([permission, fits]) => fits && allowed(desk, permission))
    .map(([, , button]) => button)
}

function adoptForm(desk: Desk, asked: Asked, id: string) {
  const { t } = desk
  return {
    kind: 'form' as const,
    id: `delivery-${id}-adopt`,
    title: t('admin.deliveries.adopt'),
    text: t('admin.deliveries.adopt_text'),
    action: `/admin/deliveries/${id}/adopt`,
    fields: [{ ...filled(asked, 'remote_id'), label: t('admin.label.remote_id') }],
    submit: { label: t('admin.deliveries.act.adopt'), kind: 'secondary' as const },
    ...formParts(desk, asked),
  }
}

export async function abandonPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { means, actor, t } = desk
  const { delivery, service, plan } = await previewGivingUp(means, actor, asked.params.id!)
  return {
    title: t('admin.deliveries.abandon.title', { name: service.label }),
    crumbs: [
      { label: t('admin.deliveries.title'), href: '/admin/deliveries' },
      { label: service.label, href: `/admin/deliveries/${delivery.id}` },
      { label: t('admin.deliveries.act.abandon') },
    ],
    action: `/admin/deliveries/${delivery.id}/abandon`,
    label: t('admin.deliveries.act.abandon'),
    cancelHref: `/admin/deliveries/${delivery.id}`,
    acts: [
      { text: t('admin.deliveries.abandon.stops') },
      { text: t('admin.deliveries.abandon.remote') },
      { text: plan ? t('admin.deliveries.abandon.ends') : t('admin.deliveries.abandon.nothing_paid') },
    ],
    fields: plan && may(actor, refundPayment) ? [refundField(desk, asked, plan)] : [],
    ...dangerParts(desk, asked),
  }
}

/** Whether the client gets its money back, with the sums that would move. */
function refundField(desk: Desk, asked: Asked, plan: ServicesRefundPlan): Field {
  const { t } = desk
  const { openMinor, paidMinor, sendableMinor, surplusMinor, currency } = plan
  const sum = (minor: bigint) => moneyText(desk, minor, currency)
  const says = (what: string, minor: bigint) =>
    minor > 0n ? [t(`admin.deliveries.abandon.${what}`, { sum: sum(minor) })] : []
  const to = (value: 'source' | 'credit', minor: bigint) => ({
    value,
    label: t(`admin.deliveries.abandon.to.${value}`, { sum: sum(minor) }),
  })
  return {
    ...filled(asked, 'refund'),
    kind: 'select',
    required: false,
    label: t('admin.deliveries.abandon.refund'),
    hint: [
      ...says('paid', paidMinor),
      ...says('by_hand', paidMinor + surplusMinor - sendableMinor),
      ...says('surplus', surplusMinor),
      ...says('open', openMinor),
    ].join(' '),
    options: [
      { value: '', label: t('admin.deliveries.abandon.to.nobody') },
      ...(sendableMinor > 0n ? [to('source', sendableMinor)] : []),
      paidMinor > 0n
        ? to('credit', paidMinor)
        : { value: 'credit', label: t('admin.deliveries.abandon.to.unpaid') },
    ],
  }
}

function callsTable(desk: Desk, id: string, calls: readonly DeliveryCall[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `delivery-${id}-calls`,
    title: t('admin.deliveries.calls'),
    columns: [
      { label: l('call'), phone: 'title' },
      { label: l('outcome'), phone: 'side' },
      { label: l('detail') },
      { label: l('duration'), align: 'end', phone: 'hide' },
      { label: l('at') },
    ],
    rows: calls.map((call) => ({
      id: `row-${call.id}`,
      label: call.operation,
      cells: [
        { mono: call.operation },
        call.outcome,
        call.detail ? { mono: call.detail } : null,
        `${call.duration_ms} ms`,
        { at: call.occurred_at },
      ],
    })),
    empty: { icon: 'plug', title: t('admin.deliveries.no_calls') },
  }
}

function tabsOf(desk: Desk, failures: readonly { deliveries: number }[]): Tab[] {
  const { t } = desk
  return [
    {
      value: 'waiting',
      label: t('admin.deliveries.tab.queue'),
      where: sql`d.status in (${list(['open', 'waiting', 'failed'])})`,
    },
    {
      value: 'failed',
      label: t('admin.deliveries.tab.failed'),
      where: sql`d.status = 'failed'`,
      count: failures.reduce((sum, row) => sum + row.deliveries, 0),
    },
    { value: 'done', label: t('admin.delivery.done'), where: sql`d.status = 'done'` },
    { value: 'all', label: t('admin.tab.all') },
  ]
}

function failureStats(desk: Desk, failures: readonly { failure: string; deliveries: number }[]): Block {
  const { t } = desk
  return {
    kind: 'stats',
    id: 'delivery-failures',
    items: failures.map((row) => ({
      label: t(`admin.failure.${row.failure}`),
      value: row.deliveries,
      icon: 'alert-triangle',
      href: `/admin/deliveries?status=failed&failure=${row.failure}`,
    })),
  }
}
