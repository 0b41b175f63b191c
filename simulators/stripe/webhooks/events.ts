import type { StripeEvent, StripeObject } from '../shapes.ts'
import { API_VERSION } from '../version.ts'
import type { World } from '../world.ts'

/** The event types that the simulated transitions cause, and those a billing plugin may subscribe to beside them. */
export const eventTypes: readonly string[] = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.amount_capturable_updated',
  'payment_intent.partially_funded',
  'payment_intent.canceled',
  'setup_intent.succeeded',
  'setup_intent.setup_failed',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'payment_method.automatically_updated',
  'mandate.updated',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refunded',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'radar.early_fraud_warning.created',
]

/** Writes an event with the object frozen as it is now. */
export function recordEvent(
  world: World,
  type: string,
  about: { object: StripeObject; previous?: Record<string, unknown> },
): StripeEvent {
  const event: StripeEvent = {
    id: world.nextId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: world.now(),
    data: {
      object: structuredClone(about.object),
      ...(about.previous ? { previous_attributes: about.previous } : {}),
    },
    livemode: false,
    pending_webhooks: listeners(world, type).length,
    request: { id: world.request?.id ?? null, idempotency_key: world.request?.idempotencyKey ?? null },
    type,
  }
  world.events.set(event.id, event)
  return event
}

/** The ids of the enabled endpoints that want this type. */
export function listeners(world: World, type: string): string[] {
  return [...world.webhookEndpoints.values()]
    .filter((endpoint) => endpoint.status === 'enabled')
    .filter(({ enabled_events: wanted }) => wanted.includes('*') || wanted.includes(type))
    .map((endpoint) => endpoint.id)
}
