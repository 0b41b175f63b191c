import { money, type Money } from '../../../../sdk/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import {
  cancelService,
  editService,
  mayOn,
  offerTransfer,
  pauseService,
  requestChange,
  resumeService,
  revealAccess,
  type DeliveryRow,
  type ShownService,
} from '../../../services/index.ts'
import { placeOrder } from '../../../orders/index.ts'
import type { RouteCtx } from '../../context.ts'
import { can, formKeys } from '../../page/index.ts'
import { isOffered, offersMore } from '../../service-acts/index.ts'
import { cycleText } from '../cycle-text.ts'
import { shownState } from './service-row.ts'

const SIGNALS = ['start', 'restart', 'stop'] as const

/** What the page of one service shows. Secrets are not in it: they are asked for one by one. */
export function serviceView(ctx: RouteCtx, shown: ShownService) {
  const { t } = ctx.state
  const { service, productName } = shown
  const { id, currency } = service
  const href = `/portal/services/${id}`
  const reader = { means: ctx.state.deps, actor: ctx.state.actor, t }
  const isLive = service.delivery_status === 'live'
  const isActive = service.billing_status === 'active'
  const isPaused = shown.holds.some(({ reason }) => reason === 'client')
  return {
    ...{ id, href, label: service.label || productName, product: productName, state: shownState(service) },
    notice: noticeOf(shown, ctx.state.deps.business.today(service.zone)),
    facts: {
      price: money(service.recurring_minor, currency),
      cycle: cycleText(t, service.cycle),
      nextOn: isActive ? service.next_period_on : null,
      chargedThrough: service.charged_through,
      since: service.created_at,
      server: shown.serverName,
    },
    access: shown.access.map((entry) => ({
      ...{ label: entry.label, kind: entry.kind, value: entry.value, position: entry.position },
      revealHref: `${href}/access/${entry.position}`,
      canReveal: can(ctx, revealAccess),
    })),
    options: shown.options.map((option) => ({
      label: option.label,
      amount: option.amount_minor === 0n ? null : money(option.amount_minor, currency),
    })),
    fields: shown.fields.map((field) => fieldView(ctx, href, field)),
    parts: shown.parts.map((part) => ({ label: part.label, href: `/portal/services/${part.id}` })),
    next: nextView(shown),
    history: shown.deliveries.map(historyEntry),
    power: isOffered(reader, service, 'power') ? SIGNALS : [],
    powerHref: `${href}/actions/power`,
    signOnHref: isOffered(reader, service, 'sign_on') ? `${href}/sign-on` : null,
    actsHref: offersMore(reader, service) ? `${href}/actions` : null,
    hasUsage: service.instance_id !== null && service.server_id !== null,
    isLive,
    extrasHref: isActive && service.parent_id === null && can(ctx, placeOrder) ? `${href}/extras` : null,
    quantityHref:
      isActive && service.parent_id !== null && can(ctx, requestChange) ? `${href}/quantity` : null,
    quantity: service.parent_id === null ? null : service.quantity,
    pauseHref:
      isActive && !isPaused && service.parent_id === null && can(ctx, pauseService) ? `${href}/pause` : null,
    resumeHref: isPaused && can(ctx, resumeService) ? `${href}/resume` : null,
    changeHref: isActive && can(ctx, requestChange) ? `${href}/upgrade` : null,
    editHref:
      service.billing_status !== 'ended' && mayOn(ctx.state.actor, service, editService.permission)
        ? `${href}/edit`
        : null,
    isChargedByHand: service.auto_charge === 0,
    cancelHref: service.billing_status !== 'ended' && can(ctx, cancelService) ? `${href}/cancel` : null,
    handOverHref:
      service.billing_status === 'active' &&
      service.parent_id === null &&
      mayOn(ctx.state.actor, service, offerTransfer.permission)
        ? `${href}/hand-over`
        : null,
    pendingChange: shown.pendingChange && {
      payHref: shown.pendingChange.invoice_id
        ? `/portal/invoices/${shown.pendingChange.invoice_id}/pay`
        : null,
      cancelHref: `${href}/changes/${shown.pendingChange.id}/cancel`,
      amount: money(shown.pendingChange.amount_minor, currency),
    },
    keys: formKeys(),
  }
}

/** Ticks read as words; a file is a link to it. */
function fieldView({ state: { t } }: RouteCtx, href: string, field: ShownService['fields'][number]) {
  const { label, value, kind, file_name } = field
  if (kind === 'checkbox') return { label, value: t(`portal.service.tick.${value === '1' ? 'yes' : 'no'}`) }
  if (kind !== 'file') return { label, value }
  return { label, value: file_name ?? value, href: file_name ? `${href}/files/${field.field_id}` : null }
}

interface NoticeView {
  key: string
  tone: 'info' | 'warn' | 'bad' | 'busy'
  day: IsoDate | null
  href: string | null
  post: boolean
}

/** Why the service is as it is, and what to do: the gravest first. */
function noticeOf(
  { service, holds, cancellation, deliveries, repricing }: ShownService,
  today: IsoDate,
): NoticeView | null {
  const href = `/portal/services/${service.id}`
  const unpaid = '/portal/invoices?show=unpaid'
  const notice = (key: string, tone: NoticeView['tone'], more: Partial<NoticeView> = {}) => ({
    ...{ key, tone, day: null, href: null, post: false },
    ...more,
  })
  if (service.billing_status === 'ended') return notice('ended', 'info', { day: service.ended_on })
  if (holds.some(({ reason }) => reason === 'overdue')) return notice('overdue', 'bad', { href: unpaid })
  if (holds.length > 0 && holds.every(({ reason }) => reason === 'client'))
    return notice('paused', 'info', { href: `${href}/resume`, post: true })
  if (service.delivery_status === 'suspended' || holds.length > 0) return notice('suspended', 'bad')
  if (cancellation) {
    const day = cancellation.effective_on
    return notice('ending', 'warn', { day, href: `${href}/cancel/undo`, post: true })
  }
  if (service.periods_left === 0) return notice('term', 'info', { day: service.charged_through })
  if (repricing) return notice('price', 'info', { day: repricing.fromOn, href: `${href}/cancel` })
  if (service.trial_ends_on !== null && service.trial_ends_on > today)
    return notice('trial', 'info', { day: service.trial_ends_on })
  if (deliveries[0]?.status === 'failed') return notice('not_delivered', 'warn')
  if (service.delivery_status === 'creating') return notice('creating', 'busy')
  if (service.delivery_status === 'changing') return notice('changing', 'busy')
  return service.billing_status === 'pending' ? notice('pending', 'info', { href: unpaid }) : null
}

interface NextView {
  dueOn: IsoDate
  lines: { description: string; amount: Money; from: IsoDate | null }[]
  total: Money
}

function nextView({ nextCharge, service }: ShownService): NextView | null {
  if (!nextCharge || nextCharge.lines.length === 0) return null
  const total = nextCharge.lines.reduce((sum, line) => sum + line.amountMinor, 0n)
  return {
    dueOn: nextCharge.dueOn,
    lines: nextCharge.lines.map((line) => ({
      description: line.description,
      amount: money(line.amountMinor, service.currency),
      from: line.periodStart ?? null,
    })),
    total: money(total, service.currency),
  }
}

const MARKS: Record<string, { icon: string; tone: string }> = {
  done: { icon: 'circle-check', tone: 'good' },
  failed: { icon: 'alert-triangle', tone: 'warn' },
}

/** What was done at the provider. Why something failed is for staff; clients read that it is looked after. */
const historyEntry = (delivery: DeliveryRow): HistoryEntry => ({
  ...(MARKS[delivery.status] ?? { icon: 'clock', tone: 'busy' }),
  action: delivery.action,
  status: delivery.status,
  at: delivery.ended_at ?? delivery.created_at,
})

interface HistoryEntry {
  icon: string
  tone: string
  action: string
  status: string
  at: Instant
}
