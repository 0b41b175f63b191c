import { serviceTitle } from '../../catalog/index.ts'
import { formatInstant } from '../../i18n/index.ts'
import { toldStatus } from '../../orders/index.ts'
import { cycle, type Instant } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import type { OrderedService, OrderStatus } from './order-status.ts'
import type { PayChoice } from './pay-choices.ts'
import { needsOf, onwardsHref, payHref } from './pay-order.ts'
import { cycleName, moneyText } from './price-text.ts'

type StepState = 'done' | 'current' | 'failed' | 'todo'

interface Step {
  label: string
  state: StepState
  note?: string
}

/** The live part of the status page. */
export function orderView(ctx: Ctx, status: OrderStatus, choices: readonly PayChoice[]) {
  const { order, inside, invoice, services } = status
  const key = typeof ctx.query.key === 'string' ? ctx.query.key : null
  const href = url(`/orders/${order.id}`, { key })
  const phase = phaseOf(status)
  return {
    ...{ id: order.id, number: order.number, href, invoiceId: invoice?.id ?? null, inside },
    poll: POLL[phase] ?? null,
    ...{ phase, title: ctx.state.t(`storefront.order.phase.${phase}.title`) },
    text: ctx.state.t(`storefront.order.phase.${phase}.text`, { mail: ctx.state.brand?.email ?? '' }),
    steps: stepsOf(ctx, status, phase),
    pay: payView(status, { choices, href }),
    services: inside ? services.map((service) => serviceView(ctx, order, service)) : [],
    details: inside ? detailsOf(ctx, status) : null,
    signInHref: inside ? null : `/sign-in?next=${encodeURIComponent(href)}`,
    total: moneyText(ctx, order.total_minor, order.currency),
  }
}

type Phase = 'pay' | 'instructions' | 'paying' | 'declined' | 'check' | 'delivery' | 'late' | 'ready' | 'over'

/** How often the page looks by itself; what happens at our side is told by the event stream at once. */
const POLL: Partial<Record<Phase, string>> = {
  ...{ paying: '3s', delivery: '5s', late: '30s', check: '60s' },
  ...{ pay: '10s', declined: '60s', instructions: '60s' },
}

const isLive = (service: OrderedService): boolean =>
  ['live', 'changing', 'suspended'].includes(service.delivery_status)

function phaseOf({ order, invoice, payment, services }: OrderStatus): Phase {
  if (order.status === 'cancelled' || order.status === 'rejected') return 'over'
  if (order.status === 'done' || (services.length > 0 && services.every(isLive))) return 'ready'
  if (toldStatus(order.status) === 'held') return 'check'
  if (invoice?.status === 'issued') return payPhase(payment)
  if (services.some(({ failure }) => failure !== null)) return 'late'
  // Between its payment and what follows from it, an order that waits for nobody is on its way.
  const waits = order.status === 'placed' && services.some((one) => one.delivery_on === 'acceptance')
  return waits ? 'check' : 'delivery'
}

function payPhase(payment: OrderStatus['payment']): Phase {
  if (!payment) return 'pay'
  if (needsOf(payment).instructions?.length) return 'instructions'
  if (['pending', 'authorised', 'unknown'].includes(payment.status)) return 'paying'
  return payment.status === 'declined' || payment.status === 'failed' ? 'declined' : 'pay'
}

function stepsOf(ctx: Ctx, status: OrderStatus, phase: Phase): { label: string; steps: Step[] } {
  const { t, zone, locale } = ctx.state
  const { order, invoice } = status
  const at = (instant: Instant | null) => (instant ? formatInstant(instant, zone, locale) : undefined)
  const isPaid = invoice === null || invoice.status === 'paid'
  const step = (name: string, state: StepState, note?: string): Step => ({
    ...{ label: t(`storefront.order.step.${name}`), state },
    ...(note ? { note } : {}),
  })
  const paying: StepState = isPaid ? 'done' : phase === 'declined' || phase === 'over' ? 'failed' : 'current'
  const ready: StepState = phase === 'ready' ? 'done' : 'todo'
  return {
    label: t('storefront.order.steps'),
    steps: [
      step('ordered', 'done', at(order.placed_at)),
      step('paid', paying, isPaid ? at(invoice?.paid_at ?? null) : undefined),
      step(
        'delivery',
        deliveryState(phase, isPaid),
        phase === 'delivery' ? t('storefront.order.usually') : undefined,
      ),
      step('ready', ready),
    ],
  }
}

function deliveryState(phase: Phase, isPaid: boolean): StepState {
  if (phase === 'ready') return 'done'
  return isPaid && phase !== 'over' ? 'current' : 'todo'
}

function payView(status: OrderStatus, { choices, href }: { choices: readonly PayChoice[]; href: string }) {
  const { payment, canPay, inside } = status
  const needs = inside && payment ? needsOf(payment) : {}
  return {
    canPay: canPay && choices.length > 0,
    action: payHref(href),
    choices,
    chosen: payment?.instance_id ? `gateway:${payment.instance_id}` : (choices[0]?.value ?? ''),
    goHref: inside && payment ? onwardsHref(payment, href) : null,
    instructions: (needs.instructions ?? []).map(({ label, value, copy }) => ({
      label,
      value,
      copy: copy === true,
    })),
    reason: inside && payment?.status === 'declined' ? payment.decline_message : null,
  }
}

function serviceView({ state: { t } }: Ctx, { items }: OrderStatus['order'], service: OrderedService) {
  const item = items.find(({ id }) => id === service.order_item_id)
  const waits = service.delivery_status === 'none' && service.failure === null
  return {
    label: serviceTitle(item?.name ?? '', service.label),
    status: waits
      ? { tone: 'neutral', icon: 'clock', label: t('storefront.order.waits') }
      : { state: service.failure ? 'failed' : service.delivery_status },
    href: isLive(service) ? `/portal/services/${service.id}` : null,
  }
}

function detailsOf(ctx: Ctx, { order, invoice, services }: OrderStatus) {
  const called = new Map(services.map((service) => [service.order_item_id, service.label]))
  const text = (minor: bigint) => moneyText(ctx, minor, order.currency)
  const { t } = ctx.state
  const code = order.coupon_code
  const discount = {
    label: code === null ? t('storefront.order.discount') : t('storefront.cart.discount', { code }),
    value: text(-order.discount_minor),
  }
  // Lines that belong to no product: of a quote, or of a plugin.
  const others = order.items.reduce(
    (rest, item) => rest - item.amount_minor - item.setup_minor,
    order.subtotal_minor,
  )
  return {
    items: order.items.map((item) => ({
      label: timesTitle(item.quantity, serviceTitle(item.name, called.get(item.id) ?? '')),
      note: cycleName(ctx, cycle(item.cycle)),
      value: text(item.amount_minor + item.setup_minor),
    })),
    lines: [
      ...(others === 0n ? [] : [{ label: t('storefront.order.others'), value: text(others) }]),
      ...(order.discount_minor > 0n ? [discount] : []),
      ...(order.tax_minor > 0n ? [{ label: t('storefront.order.tax'), value: text(order.tax_minor) }] : []),
    ],
    invoice: invoice?.number ? { number: invoice.number, href: `/portal/invoices/${invoice.id}` } : null,
  }
}

const timesTitle = (quantity: number, title: string): string =>
  quantity > 1 ? `${quantity} × ${title}` : title
