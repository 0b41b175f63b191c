import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Stripe } from 'stripe'
import type { StripeSimulator } from '../../../simulators/stripe/index.ts'
import { card, NOW, startForTest, visit } from './client.ts'
import { startReceiver } from './receiver.ts'

const SECRET = 'whsec_shop'

/** The unmodified official package, pointed at the simulator. */
function client(stripe: StripeSimulator, key = stripe.secretKey): Stripe {
  const { hostname, port } = new URL(stripe.url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 2, telemetry: false })
}

async function connect(t: TestContext) {
  const shop = await startReceiver(t)
  const stripe = await startForTest(t, { webhook: { url: shop.url, secret: SECRET } })
  return { shop, stripe, api: client(stripe) }
}

test('checkout, renewal, refund and the signed events', async (t) => {
  const { shop, stripe, api } = await connect(t)
  const customer = await api.customers.create({ email: 'ada@client.example', metadata: { client: 'cli_1' } })
  const session = await api.checkout.sessions.create({
    mode: 'payment',
    customer: customer.id,
    line_items: [
      {
        price_data: { currency: 'usd', unit_amount: 4900, product_data: { name: 'Invoice 1' } },
        quantity: 1,
      },
    ],
    payment_intent_data: { setup_future_usage: 'off_session', metadata: { payment_ref: 'pay_1' } },
    success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/cancelled',
  })
  assert.match(session.id, /^cs_test_/)
  assert.equal((await visit(String(session.url), card('4242424242424242'))).status, 303)

  const paid = await api.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] })
  assert.equal(paid.payment_status, 'paid')
  const first = paid.payment_intent as Stripe.PaymentIntent
  assert.equal((first.latest_charge as Stripe.Charge).amount_captured, 4900)

  const { data } = await api.customers.listPaymentMethods(customer.id)
  const renewal = await api.paymentIntents.create(
    {
      amount: 4900,
      currency: 'usd',
      customer: customer.id,
      payment_method: String(data[0]?.id),
      off_session: true,
      confirm: true,
    },
    { idempotencyKey: 'pay_2' },
  )
  assert.equal(renewal.status, 'succeeded')
  const refund = await api.refunds.create({ payment_intent: renewal.id, amount: 900 })
  assert.deepEqual([refund.status, refund.amount], ['succeeded', 900])

  await stripe.control.settleWebhooks()
  const events = shop.received.map(({ raw, signature }) =>
    api.webhooks.constructEvent(raw, signature, SECRET, 300, undefined, NOW * 1000),
  )
  assert.deepEqual(events.map(({ type }) => type).sort(), [
    'charge.refunded',
    'checkout.session.completed',
    'payment_intent.succeeded',
    'payment_intent.succeeded',
    'payment_method.attached',
    'refund.created',
  ])
  const { raw, signature } = shop.received[0] ?? { raw: '', signature: '' }
  assert.throws(() => api.webhooks.constructEvent(`${raw} `, signature, SECRET, 300, undefined, NOW * 1000), {
    type: 'StripeSignatureVerificationError',
  })
})

test('a decline is a card error that carries the intent', async (t) => {
  const { stripe, api } = await connect(t)
  const { id: customer } = await api.customers.create({})
  const method = stripe.control.saveCard({ customer, number: '4000002760003184' })
  await assert.rejects(
    api.paymentIntents.create({
      amount: 4900,
      currency: 'usd',
      customer,
      payment_method: method.id,
      off_session: true,
      confirm: true,
    }),
    (error: Stripe.errors.StripeCardError) => {
      assert.deepEqual(
        [error.type, error.code, error.statusCode],
        ['StripeCardError', 'authentication_required', 402],
      )
      assert.equal(error.payment_intent?.status, 'requires_payment_method')
      assert.match(String(error.requestId), /^req_/)
      return true
    },
  )
})

test('a lost answer is retried by the package under its own key, and charged once', async (t) => {
  const { stripe, api } = await connect(t)
  stripe.control.loseAnswer({ path: '/v1/payment_intents' })
  const intent = await api.paymentIntents.create({
    amount: 4900,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
  })
  assert.equal(intent.status, 'succeeded')
  assert.equal(stripe.control.state().charges.length, 1)
})

test('paging, disputes, setup intents, events and errors have the shapes the package reads', async (t) => {
  const { stripe, api } = await connect(t)
  const names = ['Ada', 'Bob', 'Cleo']
  for (const name of names) await api.customers.create({ name })
  const listed = []
  for await (const customer of api.customers.list({ limit: 2 })) listed.push(customer.name)
  assert.deepEqual(listed, names.toReversed())

  const intent = await api.paymentIntents.create({
    amount: 4900,
    currency: 'usd',
    payment_method: 'pm_card_createDispute',
    confirm: true,
  })
  stripe.control.settle()
  const [dispute] = (await api.disputes.list({ payment_intent: intent.id })).data
  assert.equal((await api.disputes.close(String(dispute?.id))).status, 'lost')
  const setup = await api.setupIntents.create({ payment_method: 'pm_card_visa', confirm: true })
  assert.equal(setup.status, 'succeeded')
  const [event] = (await api.events.list({ type: 'setup_intent.succeeded' })).data
  assert.equal((await api.events.retrieve(String(event?.id))).type, 'setup_intent.succeeded')
  await assert.rejects(api.charges.retrieve('ch_unknown'), { code: 'resource_missing', statusCode: 404 })
  await assert.rejects(client(stripe, 'sk_test_wrong').balance.retrieve(), {
    type: 'StripeAuthenticationError',
  })
})
