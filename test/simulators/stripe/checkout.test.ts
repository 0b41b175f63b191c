import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckoutSession, PaymentIntent, PaymentMethod } from '../../../simulators/stripe/index.ts'
import { card, NOW, offSession, ok, openCheckout, startForTest, visit } from './client.ts'
import type { StripeSimulator } from '../../../simulators/stripe/index.ts'

const sessionOf = (stripe: StripeSimulator, id: string) =>
  ok<CheckoutSession>(stripe, `GET /v1/checkout/sessions/${id}`)
const urlOf = (session: CheckoutSession) => String(session.url)

test('the page names the amount, labels its fields and links back', async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe, {
    'line_items[0][price_data][product_data][name]': 'Invoice <1> & "more"',
  })
  assert.deepEqual(
    [
      session.status,
      session.payment_status,
      session.payment_intent,
      session.amount_total,
      session.expires_at,
    ],
    ['open', 'unpaid', null, 4900, NOW + 24 * 3600],
  )
  const page = await visit(urlOf(session))
  assert.equal(page.status, 200)
  assert.match(page.html, /<h1>Pay USD 49\.00<\/h1>/)
  assert.match(page.html, /Invoice &lt;1&gt; &amp; &quot;more&quot;/)
  for (const id of ['email', 'number', 'expiry', 'cvc']) {
    assert.match(page.html, new RegExp(`<label for="${id}">`))
    assert.match(page.html, new RegExp(`<input id="${id}" name="${id}"`))
  }
  assert.match(page.html, /<a href="https:\/\/shop\.example\/cancelled">/)
  assert.doesNotMatch(page.html, /<script/)
})

test('a good card pays and leads back with the id of the session', async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe)
  const posted = await visit(urlOf(session), card('4242 4242 4242 4242'))
  assert.deepEqual([posted.status, posted.location], [303, `https://shop.example/done?session=${session.id}`])
  const after = await sessionOf(stripe, session.id)
  assert.deepEqual([after.status, after.payment_status], ['complete', 'paid'])
  const intent = await ok<PaymentIntent>(stripe, `GET /v1/payment_intents/${after.payment_intent}`)
  assert.deepEqual(
    [intent.status, intent.amount_received, intent.metadata],
    ['succeeded', 4900, { payment_ref: 'pay_1' }],
  )
  const types = stripe.control.state().events.map(({ type }) => type)
  assert.deepEqual(types, ['payment_intent.succeeded', 'checkout.session.completed'])
  const again = await visit(`${stripe.url}/pay/${session.id}`, card('4242424242424242'))
  assert.match(again.html, /All done/)
  assert.equal(stripe.control.state().charges.length, 1)
})

const mistakes: [string, Record<string, string>, RegExp][] = [
  ['a mistyped number', card('4242424242424241'), /Your card number is incorrect\./],
  ['no expiry', { ...card('4242424242424242'), expiry: '' }, /expiration date is incomplete/],
  ['a past expiry', { ...card('4242424242424242'), expiry: '10/26' }, /expiration date is in the past/],
  ['no CVC', { ...card('4242424242424242'), cvc: '' }, /security code is incomplete/],
]
for (const [name, form, reason] of mistakes) {
  test(`${name} draws the form again and tries nothing`, async (t) => {
    const stripe = await startForTest(t)
    const session = await openCheckout(stripe)
    const page = await visit(urlOf(session), form)
    assert.equal(page.status, 402)
    assert.match(page.html, /role="alert"/)
    assert.match(page.html, reason)
    assert.deepEqual(stripe.control.state().payment_intents, [])
  })
}

test('a card of this month still pays', async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe)
  assert.equal((await visit(urlOf(session), { ...card('4242424242424242'), expiry: '11/2026' })).status, 303)
})

const declines: [string, string, string | undefined][] = [
  ['4000000000000002', 'card_declined', 'generic_decline'],
  ['4000000000009995', 'card_declined', 'insufficient_funds'],
  ['4000000000009987', 'card_declined', 'lost_card'],
  ['4000000000009979', 'card_declined', 'stolen_card'],
  ['4000000000000069', 'expired_card', undefined],
  ['4000000000000127', 'incorrect_cvc', undefined],
  ['4000000000000119', 'processing_error', undefined],
  ['4000000000006975', 'card_declined', 'card_velocity_exceeded'],
]
for (const [number, code, declineCode] of declines) {
  test(`card ${number} is declined and another card pays the same intent`, async (t) => {
    const stripe = await startForTest(t)
    const session = await openCheckout(stripe)
    const declined = await visit(urlOf(session), card(number))
    assert.equal(declined.status, 402)
    assert.match(declined.html, /role="alert"/)
    const [failed] = stripe.control.state().payment_intents
    assert.equal(failed?.status, 'requires_payment_method')
    assert.deepEqual(
      [failed.last_payment_error?.code, failed.last_payment_error?.decline_code],
      [code, declineCode],
    )
    assert.equal((await visit(urlOf(session), card('4242424242424242'))).status, 303)
    const state = stripe.control.state()
    assert.deepEqual(
      state.payment_intents.map(({ id, status }) => [id, status]),
      [[failed.id, 'succeeded']],
    )
    assert.deepEqual(
      state.charges.map(({ status }) => status),
      ['failed', 'succeeded'],
    )
  })
}

for (const number of ['4000002500003155', '4000002760003184', '4000003800000446']) {
  test(`card ${number} pays once the bank's page is completed`, async (t) => {
    const stripe = await startForTest(t)
    const session = await openCheckout(stripe)
    const posted = await visit(urlOf(session), card(number))
    assert.equal(posted.location, `/pay/${session.id}/3ds`)
    const bank = await visit(`${stripe.url}${posted.location}`)
    assert.match(bank.html, />Complete</)
    assert.match(bank.html, />Fail</)
    assert.equal((await sessionOf(stripe, session.id)).status, 'open')
    const done = await visit(`${stripe.url}${posted.location}`, { outcome: 'complete' })
    assert.equal(done.location, `https://shop.example/done?session=${session.id}`)
    assert.equal((await sessionOf(stripe, session.id)).payment_status, 'paid')
  })
}

test("failing the bank's page shows the form again and charges nothing", async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe)
  await visit(urlOf(session), card('4000002760003184'))
  const failed = await visit(`${stripe.url}/pay/${session.id}/3ds`, { outcome: 'fail' })
  assert.equal(failed.status, 402)
  assert.match(failed.html, /unable to authenticate/)
  const state = stripe.control.state()
  assert.equal(state.payment_intents[0]?.last_payment_error?.code, 'payment_intent_authentication_failure')
  assert.deepEqual(state.charges, [])
})

test("card 1629 is declined after the bank's page", async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe)
  await visit(urlOf(session), card('4000008400001629'))
  assert.equal((await visit(`${stripe.url}/pay/${session.id}/3ds`, { outcome: 'complete' })).status, 402)
  assert.equal(stripe.control.state().charges[0]?.failure_code, 'card_declined')
})

test('setup_future_usage saves the card to a customer, who is made when none was named', async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe, {
    'payment_intent_data[setup_future_usage]': 'off_session',
    customer_email: 'ada@client.example',
  })
  await visit(urlOf(session), card('4000002500003155'))
  await visit(`${stripe.url}/pay/${session.id}/3ds`, { outcome: 'complete' })
  const { customer } = await sessionOf(stripe, session.id)
  const { data } = await ok<{ data: PaymentMethod[] }>(
    stripe,
    `GET /v1/customers/${customer}/payment_methods`,
  )
  assert.deepEqual(
    data.map((method) => [method.card?.last4, method.card?.exp_year]),
    [['3155', 2034]],
  )
  const saved = { customer: String(customer), method: String(data[0]?.id) }
  const renewal = await ok<PaymentIntent>(stripe, 'POST /v1/payment_intents', offSession(saved))
  assert.equal(renewal.status, 'succeeded')
})

test('without setup_future_usage the card is used up', async (t) => {
  const stripe = await startForTest(t)
  const { id: customer } = await ok<{ id: string }>(stripe, 'POST /v1/customers')
  const session = await openCheckout(stripe, { customer })
  await visit(urlOf(session), card('4242424242424242'))
  const { data } = await ok<{ data: PaymentMethod[] }>(stripe, 'GET /v1/payment_methods', { customer })
  assert.deepEqual(data, [])
})

test('setup mode saves a card and charges nothing', async (t) => {
  const stripe = await startForTest(t)
  const { id: customer } = await ok<{ id: string }>(stripe, 'POST /v1/customers')
  const session = await ok<CheckoutSession>(stripe, 'POST /v1/checkout/sessions', {
    mode: 'setup',
    currency: 'usd',
    customer,
    success_url: 'https://shop.example/saved',
  })
  assert.deepEqual([session.payment_status, session.payment_intent], ['no_payment_required', null])
  const declined = await visit(urlOf(session), card('4000000000000002'))
  assert.equal(declined.status, 402)
  const saved = await visit(urlOf(session), card('4000000000000341'))
  assert.equal(saved.location, 'https://shop.example/saved')
  const expanded = await ok<{ setup_intent: { status: string; payment_method: PaymentMethod } }>(
    stripe,
    `GET /v1/checkout/sessions/${session.id}`,
    { 'expand[0]': 'setup_intent.payment_method' },
  )
  assert.equal(expanded.setup_intent.status, 'succeeded')
  assert.deepEqual(
    [expanded.setup_intent.payment_method.card?.last4, expanded.setup_intent.payment_method.customer],
    ['0341', customer],
  )
  assert.deepEqual(stripe.control.state().charges, [])
  assert.deepEqual(
    stripe.control.state().events.map(({ type }) => type),
    [
      'setup_intent.setup_failed',
      'payment_method.attached',
      'setup_intent.succeeded',
      'checkout.session.completed',
    ],
  )
})

test('a session expires when told, and by the clock', async (t) => {
  const stripe = await startForTest(t)
  const told = await openCheckout(stripe)
  const timed = await openCheckout(stripe, { expires_at: NOW + 30 * 60 })
  const expired = await ok<CheckoutSession>(stripe, `POST /v1/checkout/sessions/${told.id}/expire`)
  assert.deepEqual([expired.status, expired.url], ['expired', null])
  stripe.control.advance({ seconds: 30 * 60 - 1 })
  assert.equal((await sessionOf(stripe, timed.id)).status, 'open')
  stripe.control.advance({ seconds: 1 })
  assert.equal((await sessionOf(stripe, timed.id)).status, 'expired')
  assert.equal((await visit(urlOf(timed), card('4242424242424242'))).status, 410)
  assert.deepEqual(
    stripe.control.state().events.map(({ type }) => type),
    ['checkout.session.expired', 'checkout.session.expired'],
  )
})

test('manual capture authorises, and the money is taken later', async (t) => {
  const stripe = await startForTest(t)
  const session = await openCheckout(stripe, { 'payment_intent_data[capture_method]': 'manual' })
  await visit(urlOf(session), card('4242424242424242'))
  const { payment_intent: id, payment_status: paid } = await sessionOf(stripe, session.id)
  assert.equal(paid, 'unpaid')
  const held = await ok<PaymentIntent>(stripe, `GET /v1/payment_intents/${id}`)
  assert.deepEqual([held.status, held.amount_capturable, held.amount_received], ['requires_capture', 4900, 0])
  const taken = await ok<PaymentIntent>(stripe, `POST /v1/payment_intents/${id}/capture`, {
    amount_to_capture: 4000,
  })
  assert.deepEqual([taken.status, taken.amount_capturable, taken.amount_received], ['succeeded', 0, 4000])
})

test('an unknown page is not found', async (t) => {
  const stripe = await startForTest(t)
  assert.equal((await visit(`${stripe.url}/pay/cs_test_unknown`)).status, 404)
  assert.equal((await visit(`${stripe.url}/elsewhere`)).status, 404)
})
