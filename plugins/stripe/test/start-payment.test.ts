import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, card, eur, lookUp, narrowed, openShop, payment, payOnPage, setup, visit } from './open-shop.ts'

test('a payment opens a hosted page for a customer of ours and is paid there', async (t) => {
  const shop = await openShop(t, { statement_descriptor: 'HOSTING' })
  const page = narrowed(await shop.gateway.start_payment(payment()), 'needs_client')
  const [customer] = shop.stripe.control.state().customers
  assert.deepEqual(page, {
    outcome: 'needs_client',
    reference: shop.stripe.control.state().checkout_sessions[0]?.id,
    url: `${shop.stripe.url}/pay/${page.reference}`,
    expires_at: '2026-11-22T00:00:00.000Z',
    customer: customer?.id,
  })
  assert.deepEqual(
    [customer?.email, customer?.name, customer?.metadata],
    [ANN.email, ANN.name, { client_id: ANN.id }],
  )
  assert.deepEqual(await lookUp(shop, page.reference), page)

  const back = await visit(String(page.url), card('4242424242424242'))
  assert.equal(back, 'https://shop.example/back?invoice=1')
  const [intent] = shop.stripe.control.state().payment_intents
  assert.deepEqual(
    [intent?.metadata['payment_id'], intent?.statement_descriptor_suffix, intent?.setup_future_usage],
    ['pay_1', 'HOSTING', null],
  )
  assert.deepEqual(await lookUp(shop, page.reference), {
    outcome: 'succeeded',
    reference: intent?.id,
    amount: eur('4900'),
    fee: eur('172'),
    customer: customer?.id,
  })
  assert.deepEqual(await lookUp(shop, intent?.id), await lookUp(shop, page.reference))
})

test('a method is saved with the payment when the client wants it', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4242424242424242', { save_method: true })
  const paid = narrowed(await lookUp(shop, page), 'succeeded')
  const [method] = shop.stripe.control.state().payment_methods
  assert.deepEqual(paid.saved_method, {
    reference: method?.id,
    customer: paid.customer,
    kind: 'card',
    label: 'Visa 4242',
    brand: 'visa',
    last4: '4242',
    expires: '2034-12',
  })
})

test('a known customer is used again, a removed one is replaced, one of another client is not taken', async (t) => {
  const shop = await openShop(t)
  const first = narrowed(await shop.gateway.start_payment(payment()), 'needs_client').customer ?? ''
  const again = payment({ customer: first, idempotency_key: 'pay_1:2' })
  assert.equal(narrowed(await shop.gateway.start_payment(again), 'needs_client').customer, first)
  const forgotten = payment({ idempotency_key: 'pay_1:3' })
  assert.equal(narrowed(await shop.gateway.start_payment(forgotten), 'needs_client').customer, first)
  const other = payment({ client: { ...ANN, id: 'cli_2' }, idempotency_key: 'pay_1:4' })
  assert.notEqual(narrowed(await shop.gateway.start_payment(other), 'needs_client').customer, first)
  await fetch(`${shop.stripe.url}/v1/customers/${first}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${shop.stripe.secretKey}`, 'stripe-version': '2026-10-28.endive' },
  })
  const replaced = payment({ customer: first, idempotency_key: 'pay_1:5' })
  const made = narrowed(await shop.gateway.start_payment(replaced), 'needs_client').customer
  assert.equal(
    shop.stripe.control.state().customers.find(({ id }) => id === made)?.metadata['client_id'],
    ANN.id,
  )
})

test('a lost answer and a second call with the same key lead to one page and one customer', async (t) => {
  const shop = await openShop(t)
  shop.stripe.control.loseAnswer({ path: '/v1/customers', method: 'POST' })
  shop.stripe.control.loseAnswer({ path: '/v1/checkout/sessions', method: 'POST', times: 2 })
  await assert.rejects(shop.gateway.start_payment(payment()), { type: 'StripeConnectionError' })
  const page = narrowed(await lookUp(shop), 'needs_client')
  assert.deepEqual(await shop.gateway.start_payment(payment()), page)
  const { customers, checkout_sessions: pages } = shop.stripe.control.state()
  assert.deepEqual([customers.length, pages.length], [1, 1])
})

test('nothing of a payment at Stripe is absent', async (t) => {
  const shop = await openShop(t)
  for (const reference of [undefined, 'pi_unknown', 'cs_test_unknown'])
    assert.deepEqual(await lookUp(shop, reference), { outcome: 'absent' })
})

const typed: [string, string][] = [
  ['4000000000000002', 'generic_decline'],
  ['4000000000009995', 'insufficient_funds'],
  ['4000000000009979', 'stolen_card'],
  ['4000000000000069', 'expired_card'],
]
for (const [number, what] of typed) {
  test(`after ${what} the client may try another card on the open page`, async (t) => {
    const shop = await openShop(t)
    const page = await payOnPage(shop, number)
    const [intent] = shop.stripe.control.state().payment_intents
    assert.equal(intent?.status, 'requires_payment_method')
    assert.equal(narrowed(await lookUp(shop, intent.id), 'needs_client').reference, page)
    await visit(`${shop.stripe.url}/pay/${page}`, card('4242424242424242'))
    assert.equal(narrowed(await lookUp(shop, page), 'succeeded').reference, intent.id)
  })
}

test('3-D Secure on the page: agreed is paid, refused leads back to the page', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4000002760003184')
  assert.equal(narrowed(await lookUp(shop, page), 'needs_client').url, `${shop.stripe.url}/pay/${page}`)
  await visit(`${shop.stripe.url}/pay/${page}/3ds`, { outcome: 'fail' })
  assert.equal(narrowed(await lookUp(shop, page), 'needs_client').reference, page)
  await visit(`${shop.stripe.url}/pay/${page}`, card('4000002760003184'))
  await visit(`${shop.stripe.url}/pay/${page}/3ds`, { outcome: 'complete' })
  assert.deepEqual(narrowed(await lookUp(shop, page), 'succeeded').amount, eur('4900'))
  assert.equal(shop.stripe.control.state().charges.filter(({ paid }) => paid).length, 1)
})

test('a page that nobody used is cancelled after a day; a refused card on it is then declined', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4000000000009987')
  shop.stripe.control.advance({ seconds: 25 * 3600 })
  assert.deepEqual(await lookUp(shop, page), {
    outcome: 'cancelled',
    reference: page,
    reason: 'The payment page has expired.',
  })
  const [intent] = shop.stripe.control.state().payment_intents
  assert.deepEqual(await lookUp(shop, intent?.id), {
    outcome: 'declined',
    reference: intent?.id,
    code: 'declined',
    message: 'Your bank declined the payment. Please use another card or ask your bank.',
    retry: 'new_method',
  })
})

test('amounts that Stripe cannot take are declined for good, before or by Stripe', async (t) => {
  const shop = await openShop(t)
  const half = payment({ amount: { minor: '1200050', currency: 'MGA' } })
  const refused = narrowed(await shop.gateway.start_payment(half), 'declined')
  assert.deepEqual([refused.code, refused.retry], ['amount_not_countable', 'never'])
  assert.deepEqual(shop.stripe.control.state().customers, [])
  const small = narrowed(await shop.gateway.start_payment(payment({ amount: eur('10') })), 'declined')
  assert.deepEqual([small.code, small.retry], ['amount_too_small', 'never'])
})

test('a wrong key fails the call and tells the tester what to do', async (t) => {
  const shop = await openShop(t, {}, 'sk_test_wrong')
  await assert.rejects(shop.gateway.start_payment(payment()), { type: 'StripeAuthenticationError' })
  assert.deepEqual(await shop.gateway.test_connection(), {
    ok: false,
    steps: [
      {
        name: 'api_key',
        ok: false,
        detail: 'Stripe refuses the key. Copy the secret key from the dashboard again.',
      },
    ],
  })
})

test('a right key works in test mode; an unreachable Stripe is said so', async (t) => {
  const shop = await openShop(t)
  const detail = 'The key works in test mode.'
  assert.deepEqual(await shop.gateway.test_connection(), {
    ok: true,
    steps: [{ name: 'api_key', ok: true, detail }],
  })
  shop.stripe.control.loseAnswer({ times: 2 })
  const report = await shop.gateway.test_connection()
  assert.deepEqual(
    [report.ok, report.steps[0]?.detail.startsWith('Stripe cannot be reached.')],
    [false, true],
  )
})

test('a method is saved without a payment', async (t) => {
  const shop = await openShop(t)
  const page = narrowed(await shop.gateway.start_setup(setup()), 'needs_client')
  await visit(String(page.url), card('4242424242424242'))
  const saved = narrowed(await lookUp(shop, page.reference), 'succeeded')
  assert.deepEqual(
    [saved.amount, saved.saved_method?.label, saved.saved_method?.customer],
    [eur('0'), 'Visa 4242', page.customer],
  )
  assert.deepEqual(shop.stripe.control.state().charges, [])
})
