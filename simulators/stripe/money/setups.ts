import { DEBITS } from '../debits.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { refuse } from '../refusals.ts'
import type { Metadata, SetupIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { cardRefusal } from './decline.ts'
import { automaticMethods, nextActionOf } from './intents.ts'
import { takeUsableMethod } from './payment-methods.ts'
import { setUpIntent } from './set-up-intent.ts'

export interface NewSetup {
  automatic_payment_methods?: { enabled: boolean; allow_redirects?: string | undefined } | undefined
  customer?: string | null | undefined
  description?: string | null | undefined
  metadata?: Metadata | null | undefined
  payment_method?: string | undefined
  usage?: SetupIntent['usage'] | undefined
  payment_method_types?: string[] | undefined
}

export function makeSetup(world: World, order: NewSetup): SetupIntent {
  const customer = order.customer == null ? null : find(world, 'customers', order.customer, 'customer').id
  const method =
    order.payment_method === undefined ? null : takeUsableMethod(world, order.payment_method, customer)
  const id = world.nextId('seti')
  const intent: SetupIntent = {
    id,
    object: 'setup_intent',
    automatic_payment_methods: automaticMethods(order.automatic_payment_methods),
    cancellation_reason: null,
    client_secret: world.nextId(`${id}_secret`),
    created: world.now(),
    customer,
    description: order.description ?? null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: mergeMetadata({}, order.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    payment_method_types: order.payment_method_types ?? ['card', ...Object.keys(DEBITS)],
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    usage: order.usage ?? 'off_session',
  }
  world.setupIntents.set(id, intent)
  return intent
}

/** Confirms over the API. A failed attempt is thrown as 402 with the intent inside. */
export function confirmSetup(
  world: World,
  intent: SetupIntent,
  order: { payment_method?: string | undefined; return_url?: string | undefined },
): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw refuse('setup_state', { verb: 'confirmed', status: intent.status })
  }
  const chosen = order.payment_method ?? intent.payment_method
  if (chosen === null) throw refuse('intent_method_missing', { param: 'payment_method' })
  setUpIntent(world, intent, {
    method: takeUsableMethod(world, chosen, intent.customer),
    authenticated: false,
    nextAction: nextActionOf(world, intent.id, order.return_url),
  })
  if (intent.last_setup_error) throw cardRefusal(intent.last_setup_error, intent)
}

export function cancelSetup(intent: SetupIntent, reason: string | null): SetupIntent {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw refuse('setup_state', { verb: 'canceled', status: intent.status })
  }
  intent.status = 'canceled'
  intent.cancellation_reason = reason
  intent.next_action = null
  return intent
}
