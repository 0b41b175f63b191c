import { debitsIn } from '../debits.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { refuse } from '../refusals.ts'
import type { Metadata, NextAction, PaymentIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { checkAmount } from './amounts.ts'
import { checkDebit } from './debit.ts'
import { cardRefusal } from './decline.ts'
import { payIntent } from './pay-intent.ts'
import { takeUsableMethod } from './payment-methods.ts'

export interface NewIntent {
  amount: number
  currency: string
  automatic_payment_methods?: { enabled: boolean; allow_redirects?: string | undefined } | undefined
  capture_method?: PaymentIntent['capture_method'] | undefined
  customer?: string | null | undefined
  description?: string | null | undefined
  metadata?: Metadata | null | undefined
  payment_method?: string | undefined
  receipt_email?: string | null | undefined
  setup_future_usage?: PaymentIntent['setup_future_usage'] | undefined
  statement_descriptor?: string | null | undefined
  statement_descriptor_suffix?: string | null | undefined
}

export interface Confirmation {
  capture_method?: PaymentIntent['capture_method'] | undefined
  error_on_requires_action?: boolean | undefined
  off_session?: boolean | undefined
  payment_method?: string | undefined
  receipt_email?: string | null | undefined
  return_url?: string | undefined
  setup_future_usage?: PaymentIntent['setup_future_usage'] | undefined
}

export function makeIntent(world: World, order: NewIntent): PaymentIntent {
  checkAmount(order.amount, order.currency)
  const customer = order.customer == null ? null : find(world, 'customers', order.customer, 'customer').id
  const method =
    order.payment_method === undefined ? null : takeUsableMethod(world, order.payment_method, customer)
  if (method) checkDebit(world, method, order)
  const id = world.nextId('pi')
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    amount: order.amount,
    amount_capturable: 0,
    amount_received: 0,
    automatic_payment_methods: automaticMethods(order.automatic_payment_methods),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: order.capture_method ?? 'automatic_async',
    client_secret: world.nextId(`${id}_secret`),
    confirmation_method: 'automatic',
    created: world.now(),
    currency: order.currency,
    customer,
    description: order.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: mergeMetadata({}, order.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    payment_method_options: null,
    payment_method_types: ['card', ...debitsIn(order.currency)],
    processing: null,
    receipt_email: order.receipt_email ?? null,
    setup_future_usage: order.setup_future_usage ?? null,
    shipping: null,
    statement_descriptor: order.statement_descriptor ?? null,
    statement_descriptor_suffix: order.statement_descriptor_suffix ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
  }
  world.paymentIntents.set(id, intent)
  return intent
}

/** What the answer says of automatic payment methods; they are on unless the caller decides otherwise. */
export function automaticMethods(
  asked: { enabled: boolean; allow_redirects?: string | undefined } | undefined,
): { enabled: boolean; allow_redirects: string } {
  return { enabled: asked?.enabled ?? true, allow_redirects: asked?.allow_redirects ?? 'always' }
}

/** Confirms over the API. A failed attempt is thrown as 402 with the intent inside. */
export function confirmIntent(world: World, intent: PaymentIntent, order: Confirmation): void {
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)) {
    throw refuse('intent_state', { verb: 'confirmed', status: intent.status })
  }
  const chosen = order.payment_method ?? intent.payment_method
  if (chosen === null) throw refuse('intent_method_missing', { param: 'payment_method' })
  const method = takeUsableMethod(world, chosen, intent.customer)
  intent.capture_method = order.capture_method ?? intent.capture_method
  checkDebit(world, method, intent)
  if (order.receipt_email !== undefined) intent.receipt_email = order.receipt_email
  if (order.setup_future_usage !== undefined) intent.setup_future_usage = order.setup_future_usage
  payIntent(world, intent, {
    method,
    offSession: order.off_session ?? false,
    authenticated: false,
    nextAction: order.error_on_requires_action ? null : nextActionOf(world, intent.id, order.return_url),
  })
  if (intent.last_payment_error) throw cardRefusal(intent.last_payment_error, intent)
}

/** Where the customer completes 3-D Secure: a page when there is a way back from it, else the browser's own code. */
export function nextActionOf(world: World, intent: string, returnUrl: string | undefined): NextAction {
  if (returnUrl === undefined) {
    return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } }
  }
  const url = `${world.url}/3ds/${intent}`
  return { type: 'redirect_to_url', redirect_to_url: { url, return_url: returnUrl } }
}

export function cancelIntent(world: World, intent: PaymentIntent, reason: string | null): void {
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) {
    throw refuse('intent_state', { verb: 'canceled', status: intent.status })
  }
  intent.status = 'canceled'
  intent.amount_capturable = 0
  intent.canceled_at = world.now()
  intent.cancellation_reason = reason
  intent.next_action = null
  world.emit('payment_intent.canceled', intent)
}
