import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { call, customerWithCard, offSession, ok, startForTest } from './client.ts'
import { startReceiver } from './receiver.ts'

async function control(
  url: string,
  name: string,
  input?: object | null,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/_control/${name}`, {
    ...(input === undefined ? {} : { method: 'POST', body: JSON.stringify(input) }),
  })
  return { status: response.status, body: await response.json() }
}

test('faults hit only the calls they are aimed at, so often as told', async (t) => {
  const stripe = await startForTest(t)
  await control(stripe.url, 'fail', {
    status: 429,
    times: 2,
    path: '/v1/refunds',
    method: 'GET',
    code: 'rate_limit',
  })
  const statuses = []
  for (const address of ['GET /v1/balance', 'GET /v1/refunds', 'GET /v1/refunds', 'GET /v1/refunds']) {
    statuses.push((await call(stripe, address)).status)
  }
  assert.deepEqual(statuses, [200, 429, 429, 200])
  await control(stripe.url, 'fail', { status: 503 })
  await control(stripe.url, 'clear-faults', {})
  assert.equal((await call(stripe, 'GET /v1/balance')).status, 200)
})

test('a delay holds the answer up', async (t) => {
  const stripe = await startForTest(t)
  await control(stripe.url, 'delay', { ms: 60, path: '/v1/balance' })
  const start = performance.now()
  await ok(stripe, 'GET /v1/balance')
  assert.ok(performance.now() - start >= 55)
})

test('a lost answer drops the socket after the work', async (t) => {
  const stripe = await startForTest(t)
  await control(stripe.url, 'lose-answer', {})
  await assert.rejects(call(stripe, 'POST /v1/customers', { name: 'Ada' }), TypeError)
  assert.deepEqual(
    stripe.control.state().customers.map(({ name }) => name),
    ['Ada'],
  )
})

test('every control works over HTTP', async (t) => {
  const shop = await startReceiver(t)
  const stripe = await startForTest(t)
  await control(stripe.url, 'set-webhook', { url: shop.url, secret: 'whsec_shop' })
  await control(stripe.url, 'pause-webhooks', {})
  const { customer } = await customerWithCard(stripe)
  const saved = await control(stripe.url, 'save-card', { customer, number: '4000000000007726' })
  const method = (saved.body as { id: string }).id
  const intent = await ok<{ id: string; latest_charge: string }>(
    stripe,
    'POST /v1/payment_intents',
    offSession({ customer, method }),
  )
  const refund = await ok<{ id: string }>(stripe, 'POST /v1/refunds', {
    payment_intent: intent.id,
    amount: 100,
  })
  assert.deepEqual((await control(stripe.url, 'settle', { about: refund.id })).body, [
    { about: refund.id, what: 'refund succeeded' },
  ])
  const failed = await control(stripe.url, 'settle-refund', { refund: refund.id, status: 'failed' })
  assert.equal((failed.body as { status: string }).status, 'failed')
  const dispute = await control(stripe.url, 'dispute', { charge: intent.latest_charge })
  const closed = await control(stripe.url, 'close-dispute', {
    dispute: (dispute.body as { id: string }).id,
    status: 'won',
  })
  assert.equal((closed.body as { status: string }).status, 'won')
  assert.deepEqual(shop.types(), [])
  await control(stripe.url, 'release-webhooks', { order: ['refund.failed'] })
  assert.deepEqual(shop.types(), ['refund.failed'])
  await control(stripe.url, 'flush-webhooks', {})
  await control(stripe.url, 'repeat-webhooks', { copies: 3 })
  await control(stripe.url, 'save-card', { customer, number: '4242424242424242' })
  await control(stripe.url, 'settle-webhooks', {})
  const state = (await control(stripe.url, 'state')).body as Record<string, unknown[]>
  assert.equal(state['webhook_deliveries']?.length, shop.received.length)
  assert.deepEqual(shop.types().slice(-3), Array(3).fill('payment_method.attached'))
  await control(stripe.url, 'resend-webhook', { event: shop.received[0]?.event.id })
  assert.equal(shop.types().at(-1), 'refund.failed')
  await control(stripe.url, 'set-webhook-timing', { timing: 'before_answer' })
  assert.equal(stripe.control.timing, 'before_answer')
  const { body } = await control(stripe.url, 'advance', { seconds: 60 })
  assert.deepEqual(body, { now: stripe.control.state().now })
})

test('an unknown control and an unknown id are refused', async (t) => {
  const stripe = await startForTest(t)
  assert.equal((await control(stripe.url, 'explode', {})).status, 404)
  await call(
    stripe,
    'POST /v1/payment_intents',
    offSession(await customerWithCard(stripe, '4000000000009995')),
  )
  const [declined] = stripe.control.state().charges
  const pointless = await control(stripe.url, 'dispute', { charge: declined?.id })
  assert.match(JSON.stringify(pointless), /took no money/)
  const refused = await control(stripe.url, 'dispute', { charge: 'ch_unknown' })
  assert.deepEqual(refused, { status: 400, body: { error: { message: 'No such charge: "ch_unknown".' } } })
})

test('the command prints its address on one line and serves', async (t) => {
  const main = fileURLToPath(new URL('../../../simulators/stripe/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--port', '0', '--secret-key', 'sk_test_shop', '--seed', 'A'])
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  const response = await fetch(`${url}/v1/balance`, {
    headers: { authorization: 'Bearer sk_test_shop', 'stripe-version': '2026-10-28.endive' },
  })
  assert.equal(response.status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
