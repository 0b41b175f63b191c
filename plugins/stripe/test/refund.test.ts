import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, eur, factsOf, narrowed, openShop, payOnPage, saveCard, type TestShop } from './open-shop.ts'

const order = (reference: string, minor: string, more = {}) => ({
  refund_id: 'rfd_1',
  idempotency_key: `rfd_1:${minor}`,
  reference,
  amount: eur(minor),
  reason: `Cancelled within the first days. ${'Long story. '.repeat(50)}`,
  ...more,
})

async function paid(shop: TestShop, number?: string): Promise<string> {
  return narrowed(await shop.gateway.charge_method(charge(await saveCard(shop, number))), 'succeeded')
    .reference
}

test('parts are sent back until nothing is left; a lost answer refunds once', async (t) => {
  const shop = await openShop(t)
  const reference = await paid(shop)
  shop.stripe.control.loseAnswer({ path: '/v1/refunds', times: 2 })
  await assert.rejects(shop.gateway.refund(order(reference, '1000')), { type: 'StripeConnectionError' })
  const first = await shop.gateway.refund(order(reference, '1000'))
  const [made, ...others] = shop.stripe.control.state().refunds
  assert.deepEqual([first, others], [{ outcome: 'succeeded', reference: made?.id }, []])
  assert.equal((await shop.gateway.refund(order(reference, '3900'))).outcome, 'succeeded')
  assert.deepEqual(await shop.gateway.refund(order(reference, '1')), {
    outcome: 'failed',
    code: 'charge_already_refunded',
    message: `Charge ${made?.charge} has already been refunded.`,
  })
})

test('a payment is refunded by its page as well; an unpaid page has nothing to refund', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4242424242424242')
  assert.equal((await shop.gateway.refund(order(page, '4900'))).outcome, 'succeeded')
  const empty = await payOnPage(shop, '4242424242424241', { payment_id: 'pay_2', idempotency_key: 'pay_2:1' })
  assert.deepEqual(await shop.gateway.refund(order(empty, '4900', { idempotency_key: 'rfd_2:1' })), {
    outcome: 'failed',
    code: 'not_paid',
    message: 'The payment page has taken no money.',
  })
})

test('a pending refund succeeds later', async (t) => {
  const shop = await openShop(t)
  const reference = await paid(shop, '4000000000007726')
  const pending = await shop.gateway.refund(order(reference, '4900'))
  const [made] = shop.stripe.control.state().refunds
  assert.deepEqual(pending, { outcome: 'pending', reference: made?.id })
  shop.stripe.control.settleRefund({ refund: made?.id ?? '', status: 'succeeded' })
  assert.deepEqual((await factsOf(shop, 'refund.updated')).at(-1), {
    fact: 'refund',
    refund_id: 'rfd_1',
    payment_id: 'pay_1',
    payment_reference: reference,
    amount: eur('4900'),
    result: { outcome: 'succeeded', reference: made?.id },
  })
})

test('a refund that succeeded can fail afterwards', async (t) => {
  const shop = await openShop(t)
  const reference = await paid(shop, '4000000000005126')
  assert.equal((await shop.gateway.refund(order(reference, '4900'))).outcome, 'succeeded')
  const [made] = shop.stripe.control.state().refunds
  shop.stripe.control.settleRefund({ refund: made?.id ?? '', status: 'failed' })
  const [fact] = await factsOf(shop, 'refund.failed')
  const reason = shop.stripe.control.state().refunds[0]?.failure_reason ?? ''
  assert.deepEqual(fact, {
    fact: 'refund',
    refund_id: 'rfd_1',
    payment_id: 'pay_1',
    payment_reference: reference,
    amount: eur('4900'),
    result: {
      outcome: 'failed',
      code: reason,
      message: `Stripe could not send the money back: ${reason.replaceAll('_', ' ')}.`,
    },
  })
})

test('a refund made at Stripe is told with every refund of its charge', async (t) => {
  const shop = await openShop(t)
  const reference = await paid(shop)
  await shop.gateway.refund(order(reference, '1000'))
  const body = new URLSearchParams({ payment_intent: reference, amount: '500' })
  const authorization = `Bearer ${shop.stripe.secretKey}`
  const headers = { authorization, 'stripe-version': '2026-10-28.endive' }
  await fetch(`${shop.stripe.url}/v1/refunds`, { method: 'POST', headers, body })
  const facts = await factsOf(shop, 'charge.refunded')
  const told = facts.flatMap((one) => (one.fact === 'refund' ? [[one.refund_id, one.amount.minor]] : []))
  assert.deepEqual(told.slice(0, 2), [
    [undefined, '500'],
    ['rfd_1', '1000'],
  ])
})

test('an unknown payment cannot be refunded', async (t) => {
  const shop = await openShop(t)
  assert.equal((await shop.gateway.refund(order('pi_unknown', '1'))).outcome, 'failed')
})
