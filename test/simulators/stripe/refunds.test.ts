import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Charge, Refund } from '../../../simulators/stripe/index.ts'
import { call, customerWithCard, offSession, ok, startForTest } from './client.ts'

async function pay(t: TestContext, number?: string) {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, number)
  const intent = await ok<{ id: string; latest_charge: string }>(
    stripe,
    'POST /v1/payment_intents',
    offSession(saved),
  )
  const charge = () => ok<Charge>(stripe, `GET /v1/charges/${intent.latest_charge}`)
  const refund = (params: Record<string, string | number>) => ok<Refund>(stripe, 'POST /v1/refunds', params)
  const types = () =>
    stripe.control
      .state()
      .events.map(({ type }) => type)
      .slice(2)
  return { stripe, intent, charge, refund, types }
}

test('a part and then the rest', async (t) => {
  const { stripe, intent, charge, refund, types } = await pay(t)
  const part = await refund({ payment_intent: intent.id, amount: 1000, reason: 'requested_by_customer' })
  assert.deepEqual([part.status, part.amount, part.charge], ['succeeded', 1000, intent.latest_charge])
  const between = await charge()
  assert.deepEqual([between.amount_refunded, between.refunded], [1000, false])
  const tooMuch = await call(stripe, 'POST /v1/refunds', { charge: intent.latest_charge, amount: 3901 })
  assert.deepEqual([tooMuch.status, tooMuch.error['param']], [400, 'amount'])
  assert.equal((await refund({ charge: intent.latest_charge })).amount, 3900)
  const after = await charge()
  assert.deepEqual([after.amount_refunded, after.refunded], [4900, true])
  assert.deepEqual(types(), ['refund.created', 'charge.refunded', 'refund.created', 'charge.refunded'])
})

test('card 7726: pending, then succeeded', async (t) => {
  const { stripe, intent, refund, types } = await pay(t, '4000000000007726')
  const pending = await refund({ payment_intent: intent.id })
  assert.deepEqual([pending.status, pending.pending_reason], ['pending', 'processing'])
  assert.deepEqual(stripe.control.state().waiting, [{ about: pending.id, what: 'refund succeeded' }])
  stripe.control.settle()
  const settled = await ok<Refund>(stripe, `GET /v1/refunds/${pending.id}`)
  assert.deepEqual([settled.status, settled.pending_reason], ['succeeded', undefined])
  assert.deepEqual(types(), ['refund.created', 'charge.refunded', 'refund.updated', 'charge.refund.updated'])
})

test('card 5126: succeeded, then failed, and the money is back', async (t) => {
  const { stripe, intent, charge, refund, types } = await pay(t, '4000000000005126')
  const done = await refund({ payment_intent: intent.id })
  assert.equal(done.status, 'succeeded')
  assert.equal((await charge()).refunded, true)
  stripe.control.settle({ about: done.id })
  const failed = await ok<Refund>(stripe, `GET /v1/refunds/${done.id}`)
  assert.deepEqual([failed.status, failed.failure_reason], ['failed', 'expired_or_canceled_card'])
  const after = await charge()
  assert.deepEqual([after.amount_refunded, after.refunded], [0, false])
  assert.deepEqual(types().slice(2), ['refund.updated', 'charge.refund.updated', 'refund.failed'])
  const { available } = await ok<{ available: object[] }>(stripe, 'GET /v1/balance')
  assert.deepEqual(available, [{ amount: 4728, currency: 'usd', source_types: { card: 4728 } }])
})

test('the control fails any refund, once', async (t) => {
  const { stripe, intent, charge, refund } = await pay(t)
  const { id } = await refund({ payment_intent: intent.id, amount: 100 })
  stripe.control.settleRefund({ refund: id, status: 'failed' })
  stripe.control.settleRefund({ refund: id, status: 'failed' })
  assert.equal((await charge()).amount_refunded, 0)
})

test('pending refunds settle by themselves after the set time', async (t) => {
  const stripe = await startForTest(t, { settleAfterMs: 5 })
  const saved = await customerWithCard(stripe, '4000000000007726')
  const { id } = await ok<{ id: string }>(stripe, 'POST /v1/payment_intents', offSession(saved))
  await ok(stripe, 'POST /v1/refunds', { payment_intent: id })
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(
    stripe.control.state().refunds.map(({ status }) => status),
    ['succeeded'],
  )
})
