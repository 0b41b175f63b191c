import type { Invoice, InvoicePayment, Price, Subscription } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { makeIntent } from './intents.ts'
import { payIntent } from './pay-intent.ts'

const DAYS = { day: 1, week: 7, month: 30, year: 365 } as const
const A_DAY = 24 * 3600

export interface NewSubscription {
  customer: string
  /** The saved card that it is charged to. */
  method: string
  amount: number
  currency: string
  interval: Price['recurring']['interval']
  interval_count?: number
  nickname?: string
}

/** A subscription from before, as another shop has made it. It is not to be had over this API. */
export function subscribe(world: World, order: NewSubscription): Subscription {
  find(world, 'customers', order.customer)
  const id = world.nextId('sub')
  const interval_count = order.interval_count ?? 1
  const ends = world.now() + DAYS[order.interval] * interval_count * A_DAY
  const price: Price = {
    ...{ id: world.nextId('price'), object: 'price', active: true, currency: order.currency },
    ...{ nickname: order.nickname ?? null, type: 'recurring', unit_amount: order.amount },
    recurring: { interval: order.interval, interval_count, usage_type: 'licensed' },
  }
  const item = {
    ...{ id: world.nextId('si'), object: 'subscription_item' as const, created: world.now(), price },
    ...{ current_period_start: world.now(), current_period_end: ends, quantity: 1, subscription: id },
  }
  const subscription: Subscription = {
    ...{ id, object: 'subscription', cancel_at: null, cancel_at_period_end: false, canceled_at: null },
    ...{ collection_method: 'charge_automatically', created: world.now(), currency: order.currency },
    ...{ customer: order.customer, default_payment_method: order.method, description: null, ended_at: null },
    ...{ latest_invoice: null, livemode: false, metadata: {}, start_date: world.now(), status: 'active' },
    items: {
      object: 'list',
      data: [item],
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
  }
  world.subscriptions.set(id, subscription)
  world.emit('customer.subscription.created', subscription)
  return subscription
}

/** The subscription takes money for its next period. */
export function renew(world: World, subscription: Subscription): Invoice {
  const [item] = subscription.items.data
  if (!item || subscription.status === 'canceled') throw new Error(`renew: ${subscription.id} has ended.`)
  const amount = item.price.unit_amount * item.quantity
  const intent = makeIntent(world, {
    ...{ amount, currency: subscription.currency, customer: subscription.customer },
    ...{ description: 'Subscription update', payment_method: subscription.default_payment_method },
  })
  const method = find(world, 'paymentMethods', subscription.default_payment_method)
  payIntent(world, intent, { method, offSession: true, authenticated: false, nextAction: null })
  const isPaid = intent.status === 'succeeded'
  const id = world.nextId('in')
  const payment: InvoicePayment = {
    ...{ id: world.nextId('inpay'), object: 'invoice_payment', amount_paid: isPaid ? amount : null },
    ...{ amount_requested: amount, created: world.now(), currency: subscription.currency, invoice: id },
    ...{ is_default: true, livemode: false, status: isPaid ? 'paid' : 'open' },
    payment: { type: 'payment_intent', payment_intent: intent.id },
  }
  const invoice: Invoice = {
    ...{ id, object: 'invoice', amount_due: amount, amount_paid: isPaid ? amount : 0, created: world.now() },
    ...{ currency: subscription.currency, customer: subscription.customer, livemode: false, metadata: {} },
    ...{ number: id.slice(-8), status: isPaid ? 'paid' : 'open', total: amount },
    parent: {
      ...{ type: 'subscription_details', quote_details: null },
      subscription_details: { metadata: {}, subscription: subscription.id },
    },
  }
  world.invoices.set(id, invoice)
  world.invoicePayments.set(payment.id, payment)
  subscription.latest_invoice = id
  subscription.status = isPaid ? 'active' : 'past_due'
  const length = item.current_period_end - item.current_period_start
  item.current_period_start = item.current_period_end
  item.current_period_end += length
  world.emit(isPaid ? 'invoice.paid' : 'invoice.payment_failed', invoice)
  world.emit('customer.subscription.updated', subscription)
  return invoice
}

export function cancelSubscription(world: World, subscription: Subscription): Subscription {
  subscription.status = 'canceled'
  subscription.canceled_at = world.now()
  subscription.ended_at = world.now()
  world.emit('customer.subscription.deleted', subscription)
  return subscription
}
