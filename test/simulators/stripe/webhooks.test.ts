import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { signPayload } from '../../../simulators/stripe/index.ts'
import { card, customerWithCard, NOW, offSession, ok, openCheckout, startForTest, visit } from './client.ts'
import { startReceiver } from './receiver.ts'

const SECRET = 'whsec_shop'

async function connect(t: TestContext) {
  const shop = await startReceiver(t)
  const stripe = await startForTest(t, { webhook: { url: shop.url, secret: SECRET } })
  return { shop, stripe }
}

test('an event is signed over its raw body, shaped as Stripe shapes it, and names its request', async (t) => {
  const { shop, stripe } = await connect(t)
  const saved = await customerWithCard(stripe)
  const { id } = await ok<{ id: string }>(stripe, 'POST /v1/payment_intents', offSession(saved))
  await stripe.control.settleWebhooks()
  const [attached, succeeded] = shop.received
  assert.deepEqual(shop.types(), ['payment_method.attached', 'payment_intent.succeeded'])
  assert.equal(succeeded?.signature, signPayload(succeeded?.raw ?? '', SECRET, NOW))
  assert.partialDeepStrictEqual(succeeded?.event, {
    object: 'event',
    api_version: '2026-10-28.endive',
    created: NOW,
    livemode: false,
    pending_webhooks: 1,
    data: { object: { id, object: 'payment_intent', status: 'succeeded', amount_received: 4900 } },
  })
  assert.match(String(succeeded?.event.request.id), /^req_/)
  assert.deepEqual(attached?.event.request, { id: null, idempotency_key: null })
  assert.deepEqual(await ok(stripe, `GET /v1/events/${succeeded?.event.id}`), succeeded?.event)
})

test('a refused event is tried again with growing gaps and given up at the end', async (t) => {
  const { shop, stripe } = await connect(t)
  shop.answers.push(500, 302)
  await customerWithCard(stripe)
  await stripe.control.settleWebhooks()
  shop.answers.push(500, 500, 500)
  await customerWithCard(stripe)
  await stripe.control.settleWebhooks()
  const outcomes = stripe.control
    .state()
    .webhook_deliveries.map(({ status, attempts }) => [status, attempts.map((one) => one.http_status)])
  assert.deepEqual(outcomes, [
    ['delivered', [500, 302, 200]],
    ['failed', [500, 500, 500]],
  ])
})

test('events are repeated, and an old one is sent again', async (t) => {
  const { shop, stripe } = await connect(t)
  stripe.control.repeatWebhooks({ copies: 2 })
  await customerWithCard(stripe)
  await stripe.control.settleWebhooks()
  stripe.control.repeatWebhooks({ copies: 1 })
  const event = String(shop.received[0]?.event.id)
  await stripe.control.resendWebhook({ event })
  assert.deepEqual(
    shop.received.map((one) => one.event.id),
    [event, event, event],
  )
})

test('held events are released in the chosen order, then the rest', async (t) => {
  const { shop, stripe } = await connect(t)
  stripe.control.pauseWebhooks()
  const saved = await customerWithCard(stripe)
  const { id } = await ok<{ id: string }>(stripe, 'POST /v1/payment_intents', offSession(saved))
  await ok(stripe, 'POST /v1/refunds', { payment_intent: id })
  await stripe.control.settleWebhooks()
  assert.deepEqual(shop.types(), [])
  await stripe.control.releaseWebhooks({ order: ['charge.refunded', 'payment_intent.succeeded'] })
  assert.deepEqual(shop.types(), ['charge.refunded', 'payment_intent.succeeded'])
  await stripe.control.flushWebhooks()
  assert.deepEqual(shop.types().slice(2), ['payment_method.attached', 'refund.created'])
})

test('held events are released backwards', async (t) => {
  const { shop, stripe } = await connect(t)
  stripe.control.pauseWebhooks()
  await ok(stripe, 'POST /v1/payment_intents', offSession(await customerWithCard(stripe)))
  await stripe.control.releaseWebhooks({ order: 'reversed' })
  assert.deepEqual(shop.types(), ['payment_intent.succeeded', 'payment_method.attached'])
})

test('an event can arrive before the answer to the call that caused it', async (t) => {
  const { shop, stripe } = await connect(t)
  const saved = await customerWithCard(stripe)
  stripe.control.setWebhookTiming({ timing: 'before_answer' })
  await ok(stripe, 'POST /v1/payment_intents', offSession(saved))
  assert.deepEqual(shop.types(), ['payment_method.attached', 'payment_intent.succeeded'])
})

test('an event can arrive before the customer is back in the shop', async (t) => {
  const { shop, stripe } = await connect(t)
  stripe.control.setWebhookTiming({ timing: 'before_answer' })
  const session = await openCheckout(stripe)
  await visit(String(session.url), card('4242424242424242'))
  assert.deepEqual(shop.types(), ['payment_intent.succeeded', 'checkout.session.completed'])
})

test('an endpoint made over the API hears only what it asked for, with its own secret', async (t) => {
  const shop = await startReceiver(t)
  const stripe = await startForTest(t)
  const endpoint = await ok<{ id: string; secret: string }>(stripe, 'POST /v1/webhook_endpoints', {
    url: shop.url,
    'enabled_events[0]': 'payment_intent.succeeded',
    api_version: '2026-10-28.endive',
  })
  assert.match(endpoint.secret, /^whsec_/)
  const saved = await customerWithCard(stripe)
  await ok(stripe, 'POST /v1/payment_intents', offSession(saved))
  await stripe.control.settleWebhooks()
  assert.deepEqual(shop.types(), ['payment_intent.succeeded'])
  assert.equal(shop.received[0]?.signature, signPayload(shop.received[0]?.raw ?? '', endpoint.secret, NOW))
  const listed = await ok<{ data: object[] }>(stripe, 'GET /v1/webhook_endpoints')
  assert.deepEqual(
    listed.data.map((one) => ['secret' in one, 'url' in one]),
    [[false, true]],
  )
  await ok(stripe, `DELETE /v1/webhook_endpoints/${endpoint.id}`)
  await ok(stripe, 'POST /v1/payment_intents', offSession(saved))
  await stripe.control.settleWebhooks()
  assert.equal(shop.received.length, 1)
})

test('the address is replaced and taken away', async (t) => {
  const { shop, stripe } = await connect(t)
  const other = await startReceiver(t)
  stripe.control.setWebhook({ url: other.url, secret: 'whsec_other' })
  await customerWithCard(stripe)
  await stripe.control.settleWebhooks()
  stripe.control.setWebhook(null)
  await customerWithCard(stripe)
  await stripe.control.settleWebhooks()
  assert.deepEqual([shop.types(), other.types()], [[], ['payment_method.attached']])
})
