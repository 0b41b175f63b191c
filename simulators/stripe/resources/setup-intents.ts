import { boolean, choice, list, metadata, object, removed, required, text, url } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { cancelSetup, confirmSetup, makeSetup } from '../money/setups.ts'
import { refuse } from '../refusals.ts'
import { find } from '../world.ts'

const confirmation = {
  mandate_data: object({
    customer_acceptance: object({
      type: choice(['online', 'offline']),
      online: object({ ip_address: text(), user_agent: text() }),
      offline: object({}),
    }),
  }),
  payment_method: text(),
  return_url: url(),
}

const createFields = {
  ...confirmation,
  allowed_payment_method_types: list(text()),
  automatic_payment_methods: object({
    enabled: required(boolean()),
    allow_redirects: choice(['always', 'never']),
  }),
  confirm: boolean(),
  customer: text(),
  description: text(),
  excluded_payment_method_types: list(text()),
  metadata: metadata(),
  payment_method_types: removed('payment_method_types_removed'),
  usage: choice(['off_session', 'on_session']),
}

export const setupIntentRoutes = [
  route('POST /v1/setup_intents', createFields, (world, params) => {
    if (params.return_url !== undefined && !params.confirm)
      throw refuse('confirm_only', { param: 'return_url' })
    const method = params.payment_method
    if (params.confirm && method === undefined)
      throw refuse('intent_method_missing', { param: 'payment_method' })
    const intent = makeSetup(world, params)
    if (params.confirm) confirmSetup(world, intent, { return_url: params.return_url })
    return intent
  }),
  route('GET /v1/setup_intents', { ...pageFields, customer: text() }, (world, params) => {
    const all = [...world.setupIntents.values()]
    const wanted = all.filter(({ customer }) => params.customer === undefined || customer === params.customer)
    return page(wanted, params, '/v1/setup_intents')
  }),
  route('GET /v1/setup_intents/:id', {}, (world, _, id) => find(world, 'setupIntents', id)),
  route('POST /v1/setup_intents/:id', { metadata: metadata(), description: text() }, (world, params, id) => {
    const intent = find(world, 'setupIntents', id)
    intent.metadata = mergeMetadata(intent.metadata, params.metadata)
    intent.description = params.description ?? intent.description
    return intent
  }),
  route('POST /v1/setup_intents/:id/confirm', confirmation, (world, params, id) => {
    const intent = find(world, 'setupIntents', id)
    confirmSetup(world, intent, params)
    return intent
  }),
  route(
    'POST /v1/setup_intents/:id/cancel',
    { cancellation_reason: choice(['abandoned', 'duplicate', 'requested_by_customer']) },
    (world, params, id) => cancelSetup(find(world, 'setupIntents', id), params.cancellation_reason ?? null),
  ),
]
