import { showService, type ShownService } from '../../../services/index.ts'
import { findRow } from '../../../records/index.ts'
import { isOffered, offersMore } from '../../service-acts/index.ts'
import { inMoney, type Block, type Button, type DangerView, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { renewalOffers } from './renewals.ts'
import { termHint } from './term-hint.ts'
import { choiceOf, cycleName, periodName, traceItems } from './words.ts'

export async function servicePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const shown = await showService(means, { service_id: asked.params.id }, actor)
  const { service } = shown
  return {
    head: {
      title: service.label,
      text: shown.productName,
      crumbs: [{ label: t('admin.services.title'), href: '/admin/services' }, { label: service.label }],
      status: [{ state: service.billing_status }, { state: service.delivery_status }],
      actions: actsOf(desk, shown),
    },
    main: [
      ...holdNotices(desk, shown),
      ...(service.parked_reason
        ? [
            {
              kind: 'notice',
              id: `service-${service.id}-parked`,
              tone: 'bad',
              text: service.parked_reason,
            } as const,
          ]
        : []),
      planned(desk, shown),
      choices(desk, shown),
      deliveries(desk, shown),
      ...(shown.parts.length > 0 ? [parts(desk, shown)] : []),
      await auditTimeline(desk, { subject: service.id, id: `service-${service.id}-history` }),
    ],
    aside: [
      facts(desk, shown),
      ...(allowed(desk, 'service.edit') ? [editForm(desk, sentTo(asked, 'edit'), shown)] : []),
      spareForm(desk, sentTo(asked, 'spare'), shown),
    ],
  }
}

function actsOf(desk: Desk, shown: ShownService): Button[] {
  const { t } = desk
  const { service, holds } = shown
  const at = `/admin/services/${service.id}`
  const ended = service.billing_status === 'ended'
  const live = ['live', 'changing', 'suspended'].includes(service.delivery_status)
  return offered(desk, [
    [
      'service.deliver',
      !ended && service.delivery_status === 'none',
      {
        label: t('admin.services.act.deliver'),
        post: `${at}/deliver`,
        kind: 'primary',
        icon: 'truck-delivery',
      },
    ],
    [
      'service.release',
      holds.length > 0,
      { label: t('admin.services.act.release'), post: `${at}/release`, kind: 'primary', icon: 'player-play' },
    ],
    [
      'service.suspend',
      !ended && live && holds.length === 0,
      { label: t('admin.services.act.suspend'), href: `${at}/suspend`, icon: 'player-pause' },
    ],
    [
      'service.change',
      !ended,
      { label: t('admin.services.act.change'), href: `${at}/change`, icon: 'switch-horizontal' },
    ],
    [
      'service.read',
      offersMore(desk, service) || isOffered(desk, service, 'power'),
      { label: t('acts.link'), href: `${at}/actions`, icon: 'settings' },
    ],
    ...renewalOffers(desk, shown),
    [
      'service_transfer.move',
      service.billing_status === 'active' && service.parent_id === null,
      { label: t('transfers.admin.link'), href: `${at}/transfer`, kind: 'ghost', icon: 'switch-horizontal' },
    ],
    [
      'service.cancel',
      !ended && service.cancel_on === null,
      { label: t('admin.services.act.cancel'), href: `${at}/cancel`, kind: 'ghost', icon: 'calendar-due' },
    ],
    [
      'service.undo_cancellation',
      service.cancel_on !== null && !ended,
      { label: t('admin.services.act.keep'), post: `${at}/keep`, icon: 'rotate' },
    ],
    [
      'service.terminate',
      !ended,
      { label: t('admin.services.act.terminate'), href: `${at}/terminate`, kind: 'ghost', icon: 'trash' },
    ],
  ])
}

type Offer = [permission: string, fits: boolean, button: Button]

const offered = (desk: Desk, offers: readonly Offer[]): Button[] =>
  offers.filter(([permission, fits]) => fits && allowed(desk, permission)).map(([, , button]) => button)

const holdNotices = (desk: Desk, { holds }: ShownService): Block[] =>
  holds.map((hold) => ({
    kind: 'notice',
    id: `hold-${hold.reason}`,
    tone: 'warn',
    title: desk.t(`admin.hold.${hold.reason}`),
    text: hold.note ?? desk.t('admin.services.held'),
  }))

function facts(desk: Desk, { service, serverName, clientName, cancellation }: ShownService): Block {
  const l = labeller(desk)
  return {
    kind: 'facts',
    id: `service-${service.id}-facts`,
    title: desk.t('admin.services.facts'),
    items: [
      { label: l('client'), value: clientLink(service.client_id, clientName) },
      {
        label: l('price'),
        value: inMoney(service.recurring_minor, service.currency),
        hint: cycleName(desk, service.cycle),
      },
      { label: l('next_due'), value: { day: service.next_period_on, relative: true } },
      { label: l('charged_through'), value: { day: service.charged_through }, ...termHint(desk, service) },
      ...(service.paused_on
        ? [{ label: desk.t('extras.admin.paused_on'), value: { day: service.paused_on } }]
        : []),
      ...(service.quantity > 1 ? [{ label: desk.t('extras.quantity'), value: service.quantity }] : []),
      {
        label: l('cancel_on'),
        value: { day: service.cancel_on },
        ...(cancellation ? { hint: cancellation.reason } : {}),
      },
      {
        label: l('server'),
        value: service.server_id
          ? { href: `/admin/servers/${service.server_id}`, text: serverName ?? service.server_id }
          : null,
      },
      {
        label: l('remote_id'),
        value: service.remote_id ? { copy: service.remote_id, label: l('remote_id') } : null,
      },
      { label: l('delivered_at'), value: { at: service.delivered_at } },
      { label: l('id'), value: { copy: service.id, label: l('id') } },
    ],
  }
}

function planned(desk: Desk, { service, nextCharge }: ShownService): Block {
  const l = labeller(desk)
  const lines = nextCharge?.lines ?? []
  return {
    kind: 'table',
    id: `service-${service.id}-planned`,
    title: desk.t('admin.services.planned'),
    columns: [
      { label: l('description'), phone: 'title' },
      { label: l('period') },
      { label: l('why'), phone: 'hide' },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: lines.map((line, i) => ({
      id: `planned-${i}`,
      label: line.description,
      cells: [
        line.description,
        line.periodStart ? periodName(desk, line.periodStart, line.periodEnd) : null,
        traceItems(desk, withoutIds(line.trace), service.currency)
          .map(({ label, value }) => `${label} ${value}`)
          .join(' · '),
        inMoney(line.amountMinor, service.currency),
      ],
    })),
    empty: { icon: 'calendar', title: desk.t('admin.services.nothing_planned') },
  }
}

/** Ids say nothing to a reader; what an option or a coupon is stands beside its sum. */
const withoutIds = (trace: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(trace).filter(([, value]) => !/^[a-z]{3}_/.test(String(value))))

const answerOf = (serviceId: string, field: ShownService['fields'][number]) =>
  field.file_name === null
    ? choiceOf(field)
    : {
        label: field.label,
        value: { href: `/admin/services/${serviceId}/files/${field.field_id}`, text: field.file_name },
      }

function choices(desk: Desk, { service, options, fields }: ShownService): Block {
  return {
    kind: 'facts',
    id: `service-${service.id}-choices`,
    title: desk.t('admin.services.choices'),
    items: [
      ...options.map((option) => ({ ...choiceOf(option), hint: option.setting ?? '' })),
      ...fields.map((field) => answerOf(service.id, field)),
    ],
  }
}

const TONES = { open: 'busy', waiting: 'warn', failed: 'bad', done: 'good', abandoned: 'off' } as const

export const deliveryState = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.delivery.${status}`),
  tone: TONES[status as keyof typeof TONES] ?? ('neutral' as const),
})

function deliveries(desk: Desk, shown: ShownService): Block {
  const l = labeller(desk)
  const { t } = desk
  return {
    kind: 'table',
    id: `service-${shown.service.id}-deliveries`,
    title: t('admin.deliveries.title'),
    columns: [
      { label: l('action'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('failure') },
      { label: l('at') },
    ],
    rows: shown.deliveries.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/deliveries/${row.id}`,
      label: t(`admin.delivery_action.${row.action}`),
      cells: [
        t(`admin.delivery_action.${row.action}`),
        deliveryState(desk, row.status),
        row.failure ? t(`admin.failure.${row.failure}`) : null,
        { at: row.created_at },
      ],
    })),
    empty: { icon: 'truck-delivery', title: t('admin.deliveries.none_here') },
  }
}

function parts(desk: Desk, shown: ShownService): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `service-${shown.service.id}-parts`,
    title: desk.t('admin.services.parts'),
    columns: [
      { label: l('service'), phone: 'title' },
      { label: l('billing_state') },
      { label: l('delivery_state') },
    ],
    rows: shown.parts.map((part) => ({
      id: `row-${part.id}`,
      href: `/admin/services/${part.id}`,
      label: part.label,
      cells: [part.label, { state: part.billing_status }, { state: part.delivery_status }],
    })),
    empty: { title: '' },
  }
}

/** What was refused stands in its own form; the other one shows what is stored. */
const sentTo = (asked: Asked, act: string): Asked =>
  asked.path.endsWith(`/${act}`) ? asked : { ...asked, refused: null }

function editForm(desk: Desk, asked: Asked, { service }: ShownService): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: `service-${service.id}-edit`,
    title: t('admin.services.edit'),
    action: `/admin/services/${service.id}/edit`,
    fields: [
      { ...filled(asked, 'label', service.label), label: t('admin.label.name') },
      {
        ...tickedField(asked, 'auto_charge', service.auto_charge === 1),
        label: t('admin.clients.switch.auto_charge'),
        hint: t('admin.services.auto_charge_hint'),
      },
    ],
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

function spareForm(desk: Desk, asked: Asked, { service }: ShownService): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: `service-${service.id}-spare`,
    title: t('admin.services.spare'),
    text: t('admin.services.spare_text'),
    action: `/admin/services/${service.id}/spare`,
    fields: [
      {
        ...filled(asked, 'until_on', service.suspend_after),
        kind: 'date',
        required: false,
        label: t('admin.label.until_on'),
      },
    ],
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

/** Suspend, cancel and terminate: what happens in order, and why it is done. */
export const serviceDanger =
  (act: 'suspend' | 'terminate' | 'cancel') =>
  async (desk: Desk, asked: Asked): Promise<DangerView> => {
    const { t } = desk
    const wanted = { table: 'services', what: 'service', id: asked.params.id! }
    const service = await findRow<{ id: string; label: string }>(desk.means.db, desk.actor, wanted)
    const name = service.label
    return {
      title: t(`admin.services.${act}.title`, { name }),
      crumbs: [
        { label: t('admin.services.title'), href: '/admin/services' },
        { label: name, href: `/admin/services/${service.id}` },
        { label: t(`admin.services.act.${act}`) },
      ],
      action: `/admin/services/${service.id}/${act}`,
      label: t(`admin.services.act.${act}`),
      cancelHref: `/admin/services/${service.id}`,
      acts: [
        { text: t(`admin.services.${act}.provider`), icon: 'server-2' },
        { text: t(`admin.services.${act}.money`), icon: 'cash' },
        { text: t(`admin.services.${act}.after`), ...(act === 'terminate' ? { final: true } : {}) },
      ],
      ...(act === 'cancel' ? { fields: [whenField(desk, asked)] } : {}),
      ...dangerParts(desk, asked),
    }
  }

const whenField = (desk: Desk, asked: Asked) => ({
  ...filled(asked, 'at', 'end'),
  kind: 'radio',
  label: desk.t('admin.label.when'),
  options: ['end', 'now'].map((value) => ({ value, label: desk.t(`admin.services.cancel.${value}`) })),
})
