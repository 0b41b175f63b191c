import {
  boolean,
  choice,
  clearable,
  currency,
  email,
  integer,
  list,
  metadata,
  object,
  removed,
  required,
  text,
  url,
} from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { checkAmount } from '../money/amounts.ts'
import { capture } from '../money/capture.ts'
import { cancelIntent, confirmIntent, makeIntent } from '../money/intents.ts'
import { refuse } from '../refusals.ts'
import { takeUsableMethod } from '../money/payment-methods.ts'
import { find } from '../world.ts'
import { searchByMetadata } from './search.ts'

/** What both creation and confirmation take. */
const confirmation = {
  allowed_payment_method_types: list(text()),
  capture_method: choice(['automatic', 'automatic_async', 'manual']),
  error_on_requires_action: boolean(),
  excluded_payment_method_types: list(text()),
  off_session: boolean(),
  payment_method: text(),
  payment_method_types: removed('payment_method_types_removed'),
  receipt_email: clearable(email()),
  return_url: url(),
  setup_future_usage: clearable(choice(['off_session', 'on_session'])),
}

const description = {
  customer: text(),
  description: clearable(text()),
  metadata: metadata(),
  statement_descriptor: clearable(text(22)),
  statement_descriptor_suffix: clearable(text(22)),
}

const createFields = {
  ...confirmation,
  ...description,
  amount: required(integer(0)),
  automatic_payment_methods: object({
    enabled: required(boolean()),
    allow_redirects: choice(['always', 'never']),
  }),
  confirm: boolean(),
  confirmation_method: choice(['automatic']),
  currency: required(currency()),
}

const { off_session: _o, error_on_requires_action: _e, return_url: _r, ...updatable } = confirmation
const updateFields = { ...updatable, ...description, amount: integer(0), currency: currency() }

export const paymentIntentRoutes = [
  route('POST /v1/payment_intents', createFields, (world, params) => {
    if (params.off_session && !params.confirm)
      throw refuse('off_session_unconfirmed', { param: 'off_session' })
    for (const param of ['return_url', 'error_on_requires_action'] as const) {
      if (params[param] !== undefined && !params.confirm) throw refuse('confirm_only', { param })
    }
    const method = params.payment_method
    if (params.confirm && method === undefined)
      throw refuse('intent_method_missing', { param: 'payment_method' })
    const intent = makeIntent(world, params)
    if (params.confirm) confirmIntent(world, intent, { ...params, payment_method: undefined })
    return intent
  }),
  route('GET /v1/payment_intents', { ...pageFields, customer: text() }, (world, params) => {
    const all = [...world.paymentIntents.values()]
    const wanted = all.filter(({ customer }) => params.customer === undefined || customer === params.customer)
    return page(wanted, params, '/v1/payment_intents')
  }),
  route(
    'GET /v1/payment_intents/search',
    { limit: integer(1, 100), query: required(text()) },
    (world, { query, limit }) => searchByMetadata([...world.paymentIntents.values()], query, limit ?? 10),
  ),
  route('GET /v1/payment_intents/:id', {}, (world, _, id) => find(world, 'paymentIntents', id)),
  route('POST /v1/payment_intents/:id', updateFields, (world, params, id) => {
    const intent = find(world, 'paymentIntents', id)
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) {
      throw refuse('intent_state', { verb: 'updated', status: intent.status })
    }
    const amount = params.amount ?? intent.amount
    const code = params.currency ?? intent.currency
    checkAmount(amount, code)
    const customer =
      params.customer === undefined
        ? intent.customer
        : find(world, 'customers', params.customer, 'customer').id
    if (params.payment_method !== undefined) {
      intent.payment_method = takeUsableMethod(world, params.payment_method, customer).id
      intent.status = 'requires_confirmation'
    }
    Object.assign(intent, {
      amount,
      currency: code,
      customer,
      metadata: mergeMetadata(intent.metadata, params.metadata),
    })
    for (const name of [
      'description',
      'statement_descriptor',
      'statement_descriptor_suffix',
      'receipt_email',
    ] as const) {
      const value = params[name]
      if (value !== undefined) intent[name] = value
    }
    intent.capture_method = params.capture_method ?? intent.capture_method
    if (params.setup_future_usage !== undefined) intent.setup_future_usage = params.setup_future_usage
    return intent
  }),
  route('POST /v1/payment_intents/:id/confirm', confirmation, (world, params, id) => {
    const intent = find(world, 'paymentIntents', id)
    confirmIntent(world, intent, params)
    return intent
  }),
  route(
    'POST /v1/payment_intents/:id/capture',
    { amount_to_capture: integer(1), final_capture: boolean(), metadata: metadata() },
    (world, params, id) => {
      const intent = find(world, 'paymentIntents', id)
      if (intent.status !== 'requires_capture') {
        throw refuse('intent_state', { verb: 'captured', status: intent.status })
      }
      const left = intent.amount_capturable
      const amount = params.amount_to_capture ?? left
      if (amount > left) throw refuse('capture_too_much', { amount, left, param: 'amount_to_capture' })
      intent.metadata = mergeMetadata(intent.metadata, params.metadata)
      capture(world, intent, amount)
      return intent
    },
  ),
  route(
    'POST /v1/payment_intents/:id/cancel',
    { cancellation_reason: choice(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']) },
    (world, params, id) => {
      const intent = find(world, 'paymentIntents', id)
      cancelIntent(world, intent, params.cancellation_reason ?? null)
      return intent
    },
  ),
]
