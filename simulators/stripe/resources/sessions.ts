import {
  choice,
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
import { route } from '../inbound/route.ts'
import { expireSession, makeSession } from '../money/sessions.ts'
import { refuse } from '../refusals.ts'
import { find } from '../world.ts'
import { uiMode } from './ui-mode.ts'

const lineItem = object({
  price_data: required(
    object({
      currency: required(currency()),
      product_data: required(
        object({ name: required(text()), description: text(), images: list(url()), metadata: metadata() }),
      ),
      tax_behavior: choice(['exclusive', 'inclusive', 'unspecified']),
      unit_amount: required(integer(0)),
    }),
  ),
  quantity: integer(1),
})

const fields = {
  allowed_payment_method_types: list(text()),
  billing_address_collection: choice(['auto', 'required']),
  cancel_url: url(),
  client_reference_id: text(200),
  currency: currency(),
  customer: text(),
  customer_creation: choice(['always', 'if_required']),
  customer_email: email(),
  excluded_payment_method_types: list(text()),
  expires_at: integer(0),
  line_items: list(lineItem),
  locale: text(10),
  metadata: metadata(),
  mode: required(choice(['payment', 'setup', 'subscription'])),
  payment_intent_data: object({
    capture_method: choice(['automatic', 'automatic_async', 'manual']),
    description: text(),
    metadata: metadata(),
    receipt_email: email(),
    setup_future_usage: choice(['off_session', 'on_session']),
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
  }),
  payment_method_types: removed('payment_method_types_removed'),
  return_url: url(),
  setup_intent_data: object({ description: text(), metadata: metadata() }),
  submit_type: choice(['auto', 'book', 'donate', 'pay', 'subscribe']),
  success_url: url(),
  ui_mode: uiMode(),
}

export const sessionRoutes = [
  route('POST /v1/checkout/sessions', fields, (world, { mode, ...params }) => {
    if (mode === 'subscription') throw refuse('mode_unsupported', { mode, param: 'mode' })
    return makeSession(world, { ...params, mode })
  }),
  route(
    'GET /v1/checkout/sessions',
    {
      ...pageFields,
      customer: text(),
      payment_intent: text(),
      status: choice(['open', 'complete', 'expired']),
    },
    (world, params) => {
      const wanted = [...world.sessions.values()].filter((session) =>
        (['customer', 'payment_intent', 'status'] as const).every(
          (name) => params[name] === undefined || session[name] === params[name],
        ),
      )
      return page(wanted, params, '/v1/checkout/sessions')
    },
  ),
  route('GET /v1/checkout/sessions/:id', {}, (world, _, id) => find(world, 'sessions', id)),
  route('POST /v1/checkout/sessions/:id/expire', {}, (world, _, id) => {
    const session = find(world, 'sessions', id)
    if (session.status !== 'open') throw refuse('session_closed', { status: session.status })
    expireSession(world, session)
    return session
  }),
  route('GET /v1/checkout/sessions/:id/line_items', pageFields, (world, params, id) => {
    find(world, 'sessions', id)
    const lines = world.sessionPlans.get(id)?.lines ?? []
    return page([...lines].reverse(), params, `/v1/checkout/sessions/${id}/line_items`)
  }),
]
