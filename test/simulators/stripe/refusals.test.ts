import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { StripeSimulator } from '../../../simulators/stripe/index.ts'
import { refusals, startStripe } from '../../../simulators/stripe/index.ts'
import type { Json } from './client.ts'
import {
  call,
  card,
  customerWithCard,
  customerWithDebit,
  NOW,
  offSession,
  ok,
  openCheckout,
  rawPost,
  standardHeaders,
  visit,
} from './client.ts'

type Name = keyof typeof refusals
type Params = Record<string, string | number | boolean>
type Answer = { status: number; body: Json }
type Case = (stripe: StripeSimulator) => Promise<Answer>

const INTENTS = 'POST /v1/payment_intents'
const SESSIONS = 'POST /v1/checkout/sessions'
const REFUNDS = 'POST /v1/refunds'
const payment = { amount: 4900, currency: 'usd' }

/** A call that differs from a good one in these headers. */
const withHeaders =
  (headers: Record<string, string>): Case =>
  (stripe) =>
    call(stripe, 'GET /v1/balance', {}, headers)

const withoutHeader =
  (name: string): Case =>
  async (stripe) => {
    const headers = standardHeaders(stripe)
    delete headers[name]
    const response = await fetch(`${stripe.url}/v1/balance`, { headers })
    return { status: response.status, body: (await response.json()) as Json }
  }

const posts =
  (address: string, params: Params): Case =>
  (stripe) =>
    call(stripe, address, params)

const intent = (params: Params) => posts(INTENTS, { ...payment, ...params })

const session =
  (params: Params): Case =>
  (stripe) =>
    call(stripe, SESSIONS, {
      mode: 'payment',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': 4900,
      'line_items[0][price_data][product_data][name]': 'Invoice 1',
      success_url: 'https://shop.example/done',
      ...params,
    })

/** A paid charge and its intent. */
async function paid(stripe: StripeSimulator, number?: string) {
  const saved = await customerWithCard(stripe, number)
  const { id, latest_charge: charge } = await ok(stripe, INTENTS, offSession(saved))
  return { id: String(id), charge: String(charge), ...saved }
}

/** A debit that is refused at once, with what differs from one that would be sent. */
const debit =
  (more: Params, spoil: (stripe: StripeSimulator, method: string) => void = () => {}): Case =>
  async (stripe) => {
    const saved = await customerWithDebit(stripe)
    spoil(stripe, saved.method)
    return call(stripe, INTENTS, { ...offSession(saved), currency: 'eur', ...more })
  }

const cases: Record<Name, Case> = {
  auth_missing: withoutHeader('authorization'),
  key_wrong: withHeaders({ authorization: 'Bearer sk_test_other' }),
  key_live: withHeaders({ authorization: 'Bearer sk_live_4242' }),
  key_publishable: withHeaders({ authorization: 'Bearer pk_test_4242' }),
  permission_missing: (stripe) =>
    call(stripe, INTENTS, payment, { authorization: `Bearer ${stripe.secretKey.replace('sk_', 'rk_')}` }),
  account_unknown: withHeaders({ 'stripe-account': 'acct_1' }),
  version_missing: withoutHeader('stripe-version'),
  version_unsupported: withHeaders({ 'stripe-version': '2024-06-20' }),
  content_type: (stripe) =>
    rawPost(stripe, '/v1/customers', {
      headers: { ...standardHeaders(stripe), 'content-type': 'application/json' },
      body: '{"email":"ada@client.example"}',
    }),
  body_too_large: posts('POST /v1/customers', { name: 'x'.repeat(200_000) }),
  form_malformed: (stripe) =>
    rawPost(stripe, '/v1/customers', { headers: standardHeaders(stripe), body: 'name=%E0%A4%A' }),
  route_unknown: posts('POST /v1/subscriptions', {}),
  idempotency_key_long: (stripe) =>
    call(stripe, 'POST /v1/customers', {}, { 'idempotency-key': 'k'.repeat(256) }),
  idempotency_mismatch: async (stripe) => {
    await call(stripe, 'POST /v1/customers', { name: 'Ada' }, { 'idempotency-key': 'mismatch' })
    return call(stripe, 'POST /v1/customers', { name: 'Bob' }, { 'idempotency-key': 'mismatch' })
  },
  idempotency_in_use: async (stripe) => {
    stripe.control.delay({ ms: 50, path: '/v1/customers' })
    const first = call(stripe, 'POST /v1/customers', {}, { 'idempotency-key': 'busy' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    const second = await call(stripe, 'POST /v1/customers', {}, { 'idempotency-key': 'busy' })
    assert.equal((await first).status, 200)
    return second
  },

  parameter_unknown: intent({ colour: 'red' }),
  parameter_missing: posts(INTENTS, { currency: 'usd' }),
  parameter_empty: intent({ customer: '' }),
  integer_invalid: intent({ amount: '49.00' }),
  integer_range: posts('GET /v1/customers', { limit: 101 }),
  boolean_invalid: intent({ confirm: 'yes' }),
  choice_invalid: intent({ capture_method: 'later' }),
  text_expected: intent({ 'customer[id]': 'cus_1' }),
  text_long: intent({ statement_descriptor: 'x'.repeat(23) }),
  object_expected: intent({ metadata: 'pay_1' }),
  list_expected: session({ allowed_payment_method_types: 'card' }),
  url_invalid: session({ success_url: 'done' }),
  email_invalid: posts('POST /v1/customers', { email: 'ada' }),
  metadata_count: intent(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`metadata[k${n}]`, 'v']))),
  metadata_key: intent({ [`metadata[${'k'.repeat(41)}]`]: 'v' }),
  metadata_value: intent({ 'metadata[payment_ref]': 'v'.repeat(501) }),
  expand_invalid: intent({ 'expand[0]': 'colour' }),

  payment_method_types_removed: intent({ 'payment_method_types[0]': 'card' }),
  ui_mode_renamed: session({ ui_mode: 'hosted' }),
  success_url_unhosted: session({ ui_mode: 'embedded_page' }),

  currency_invalid: intent({ currency: 'xyz' }),
  amount_too_small: intent({ amount: 49 }),
  amount_too_large: intent({ amount: 100_000_000 }),
  amount_step: intent({ amount: 250_001, currency: 'ugx' }),
  currencies_mixed: session({
    'line_items[1][price_data][currency]': 'eur',
    'line_items[1][price_data][unit_amount]': 100,
    'line_items[1][price_data][product_data][name]': 'Fee',
  }),

  resource_missing: posts('GET /v1/payment_intents/pi_unknown', {}),
  off_session_unconfirmed: intent({ off_session: true }),
  confirm_only: intent({ return_url: 'https://shop.example/back' }),
  intent_state: async (stripe) => call(stripe, `POST /v1/payment_intents/${(await paid(stripe)).id}/cancel`),
  setup_state: async (stripe) => {
    const { id } = await ok(stripe, 'POST /v1/setup_intents', {
      payment_method: 'pm_card_visa',
      confirm: true,
    })
    return call(stripe, `POST /v1/setup_intents/${id}/cancel`)
  },
  intent_method_missing: intent({ confirm: true }),
  capture_too_much: async (stripe) => {
    const saved = await customerWithCard(stripe)
    const { id } = await ok(stripe, INTENTS, { ...offSession(saved), capture_method: 'manual' })
    return call(stripe, `POST /v1/payment_intents/${id}/capture`, { amount_to_capture: 4901 })
  },
  method_of_other: async (stripe) => {
    const { method } = await customerWithCard(stripe)
    return call(stripe, INTENTS, { ...payment, payment_method: method, confirm: true })
  },
  method_attached: async (stripe) => {
    const { customer, method } = await customerWithCard(stripe)
    return call(stripe, `POST /v1/payment_methods/${method}/attach`, { customer })
  },
  method_unattached: async (stripe) => {
    const { payment_method: method } = await ok(stripe, INTENTS, {
      ...payment,
      payment_method: 'pm_card_visa',
    })
    return call(stripe, `POST /v1/payment_methods/${method}/detach`)
  },
  method_consumed: async (stripe) => {
    const { customer, method } = await customerWithCard(stripe)
    await ok(stripe, `POST /v1/payment_methods/${method}/detach`)
    return call(stripe, `POST /v1/payment_methods/${method}/attach`, { customer })
  },
  debit_currency: debit({ currency: 'usd' }),
  debit_manual: debit({ capture_method: 'manual' }),
  mandate_inactive: debit({}, (stripe, method) => stripe.control.revokeMandate({ method })),
  types_exclusive: session({
    'allowed_payment_method_types[0]': 'card',
    'excluded_payment_method_types[0]': 'bacs_debit',
  }),
  types_none: session({ 'allowed_payment_method_types[0]': 'sepa_debit' }),
  expires_at_range: session({ expires_at: NOW + 30 * 60 - 1 }),
  mode_unsupported: session({ mode: 'subscription' }),
  mode_mismatch: session({ 'setup_intent_data[description]': 'x' }),
  customer_exclusive: async (stripe) => {
    const { customer } = await customerWithCard(stripe)
    return session({ customer, customer_email: 'ada@client.example' })(stripe)
  },
  session_closed: async (stripe) => {
    const { id, url } = await openCheckout(stripe)
    await visit(String(url), card('4242424242424242'))
    return call(stripe, `POST /v1/checkout/sessions/${id}/expire`)
  },
  refund_target: posts(REFUNDS, { amount: 100 }),
  refund_uncharged: async (stripe) => {
    const { id } = await ok(stripe, INTENTS, payment)
    return call(stripe, REFUNDS, { payment_intent: String(id) })
  },
  refund_done: async (stripe) => {
    const { charge } = await paid(stripe)
    await ok(stripe, REFUNDS, { charge })
    return call(stripe, REFUNDS, { charge })
  },
  refund_too_much: async (stripe) =>
    call(stripe, REFUNDS, { charge: (await paid(stripe)).charge, amount: 4901 }),
  refund_disputed: async (stripe) => {
    const { charge } = await paid(stripe)
    stripe.control.dispute({ charge })
    return call(stripe, REFUNDS, { charge })
  },
  refund_not_cancelable: async (stripe) => {
    const { id } = await ok(stripe, REFUNDS, { charge: (await paid(stripe)).charge })
    return call(stripe, `POST /v1/refunds/${id}/cancel`)
  },
  dispute_closed: async (stripe) => {
    const { charge } = await paid(stripe)
    const { id } = stripe.control.dispute({ charge })
    await ok(stripe, `POST /v1/disputes/${id}/close`)
    return call(stripe, `POST /v1/disputes/${id}/close`)
  },
  event_unknown: posts('POST /v1/webhook_endpoints', {
    url: 'https://shop.example/hook',
    'enabled_events[0]': 'invoice.baked',
  }),
  query_invalid: posts('GET /v1/payment_intents/search', { query: 'status:paid' }),
}

describe('every refusal', () => {
  let stripe: StripeSimulator
  before(async () => {
    stripe = await startStripe({ clock: () => NOW * 1000, settleAfterMs: null })
  })
  after(() => stripe.close())

  for (const name of Object.keys(refusals) as Name[]) {
    test(name, async () => {
      const row: { status: number; type: string; code?: string; message: string } = refusals[name]
      const { status, body } = await cases[name](stripe)
      const error = (body['error'] ?? {}) as Json
      assert.deepEqual(
        { status, type: error['type'], code: error['code'] },
        { status: row.status, type: row.type, code: row.code },
      )
      const pattern = row.message.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      assert.match(String(error['message']), new RegExp(`^${pattern.join('[^{}]*')}$`))
    })
  }
})

test('a good call passes everything the refusals look at', async (t) => {
  const stripe = await startStripe({ clock: () => NOW * 1000, settleAfterMs: null })
  t.after(() => stripe.close())
  const basic = `Basic ${Buffer.from(`${stripe.secretKey}:`).toString('base64')}`
  const balance = await call(stripe, 'GET /v1/balance', {}, { authorization: basic })
  assert.deepEqual([balance.status, balance.body['object']], [200, 'balance'])
  assert.match(balance.headers.get('request-id') ?? '', /^req_/)
  const created = await ok(stripe, INTENTS, { ...payment, currency: 'USD', 'metadata[payment_ref]': 'pay_1' })
  assert.deepEqual(
    [created['status'], created['currency'], created['metadata'], created['livemode']],
    ['requires_payment_method', 'usd', { payment_ref: 'pay_1' }, false],
  )
})
