import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PaymentIntent, PaymentMethod, SetupIntent } from '../../../simulators/stripe/index.ts'
import { call, customerWithCard, offSession, ok, startForTest, visit } from './client.ts'

const CREATE = 'POST /v1/payment_intents'

test('a saved card pays while the customer is away, with its charge and fee in one answer', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe)
  const intent = await ok<{
    status: string
    latest_charge: { balance_transaction: object; captured: boolean }
  }>(stripe, CREATE, { ...offSession(saved), 'expand[0]': 'latest_charge.balance_transaction' })
  assert.equal(intent.status, 'succeeded')
  assert.equal(intent.latest_charge.captured, true)
  assert.partialDeepStrictEqual(intent.latest_charge.balance_transaction, {
    amount: 4900,
    fee: 172,
    net: 4728,
  })
})

const declines: [string, string, string | undefined, string | undefined][] = [
  ['4000000000000341', 'card_declined', 'generic_decline', undefined],
  ['4000000000009995', 'card_declined', 'insufficient_funds', 'try_again_later'],
  ['4000000000009979', 'card_declined', 'stolen_card', 'do_not_try_again'],
  ['4000000000000127', 'incorrect_cvc', undefined, 'confirm_card_data'],
  ['4000002760003184', 'authentication_required', 'authentication_required', undefined],
]
for (const [number, code, declineCode, advice] of declines) {
  test(`card ${number} answers 402 ${declineCode ?? code} with the intent inside`, async (t) => {
    const stripe = await startForTest(t)
    const { status, error } = await call(stripe, CREATE, offSession(await customerWithCard(stripe, number)))
    assert.equal(status, 402)
    assert.deepEqual(
      [error['type'], error['code'], error['decline_code'], error['advice_code']],
      ['card_error', code, declineCode, advice],
    )
    const [intent] = stripe.control.state().payment_intents
    assert.partialDeepStrictEqual(error['payment_intent'], {
      id: intent?.id,
      status: 'requires_payment_method',
    })
    assert.equal(error['charge'], stripe.control.state().charges[0]?.id)
    assert.deepEqual(
      stripe.control.state().events.map(({ type }) => type),
      ['payment_method.attached', 'payment_intent.payment_failed'],
    )
  })
}

test('card 3155 passes once it was set up, and wants the customer when it was not', async (t) => {
  const stripe = await startForTest(t)
  const setUp = await customerWithCard(stripe, '4000002500003155')
  assert.equal((await call(stripe, CREATE, offSession(setUp))).status, 200)
  const { id: customer } = await ok<{ id: string }>(stripe, 'POST /v1/customers')
  const method = stripe.control.saveCard({ customer, number: '4000002500003155', setUp: false }).id
  const refused = await call(stripe, CREATE, offSession({ customer, method }))
  assert.deepEqual([refused.status, refused.error['code']], [402, 'authentication_required'])
})

test('card 0446 passes off-session and wants the customer on-session', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, '4000003800000446')
  assert.equal((await call(stripe, CREATE, offSession(saved))).status, 200)
  const present = await ok<PaymentIntent>(stripe, CREATE, {
    ...offSession(saved),
    off_session: false,
    return_url: 'https://shop.example/back',
  })
  assert.equal(present.status, 'requires_action')
})

test('the customer completes a refused off-session charge on the same intent', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, '4000002760003184')
  const { error } = await call(stripe, CREATE, offSession(saved))
  const { id } = error['payment_intent'] as PaymentIntent
  const confirmed = await ok<PaymentIntent>(stripe, `POST /v1/payment_intents/${id}/confirm`, {
    payment_method: saved.method,
    return_url: 'https://shop.example/back?invoice=1',
  })
  assert.equal(confirmed.status, 'requires_action')
  assert.deepEqual(confirmed.next_action, {
    type: 'redirect_to_url',
    redirect_to_url: { url: `${stripe.url}/3ds/${id}`, return_url: 'https://shop.example/back?invoice=1' },
  })
  const bank = await visit(`${stripe.url}/3ds/${id}`)
  assert.match(bank.html, /USD 49\.00/)
  const back = new URL((await visit(`${stripe.url}/3ds/${id}`, { outcome: 'complete' })).location ?? '')
  assert.deepEqual(
    [
      back.searchParams.get('invoice'),
      back.searchParams.get('payment_intent'),
      back.searchParams.get('redirect_status'),
    ],
    ['1', id, 'succeeded'],
  )
  const paid = await ok<PaymentIntent>(stripe, `GET /v1/payment_intents/${id}`)
  assert.deepEqual([paid.status, paid.amount_received], ['succeeded', 4900])
  assert.equal((await visit(`${stripe.url}/3ds/${id}`)).status, 409)
})

test("giving up on the bank's page leads back as failed", async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, '4000002760003184')
  const { id } = await ok<PaymentIntent>(stripe, CREATE, {
    ...offSession(saved),
    off_session: false,
    return_url: 'https://shop.example/back',
  })
  const back = new URL((await visit(`${stripe.url}/3ds/${id}`, { outcome: 'fail' })).location ?? '')
  assert.equal(back.searchParams.get('redirect_status'), 'failed')
  const intent = await ok<PaymentIntent>(stripe, `GET /v1/payment_intents/${id}`)
  assert.deepEqual(
    [intent.status, intent.last_payment_error?.code],
    ['requires_payment_method', 'payment_intent_authentication_failure'],
  )
})

test('error_on_requires_action turns the need for the customer into a 402', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, '4000002760003184')
  const order = { ...offSession(saved), off_session: false, error_on_requires_action: true }
  const { status, error } = await call(stripe, CREATE, order)
  assert.deepEqual([status, error['code']], [402, 'authentication_required'])
})

test('an expansion that leads nowhere is refused before the card is charged', async (t) => {
  const stripe = await startForTest(t)
  const order = offSession(await customerWithCard(stripe))
  for (const path of [
    'latest_charge.colour',
    'charge',
    'amount',
    'latest_charge.payment_intent.customer.invoice_settings.x',
  ]) {
    const { status, error } = await call(stripe, CREATE, { ...order, 'expand[0]': path })
    assert.deepEqual([status, error['param']], [400, path])
  }
  assert.deepEqual(stripe.control.state().charges, [])
  await ok(stripe, CREATE, order)
  const listed = await ok<{ data: { latest_charge: object; customer: object }[] }>(
    stripe,
    'GET /v1/payment_intents',
    { 'expand[0]': 'data.latest_charge', 'expand[1]': 'data.customer' },
  )
  assert.partialDeepStrictEqual(listed.data, [
    { latest_charge: { amount: 4900 }, customer: { email: 'ada@client.example' } },
  ])
})

test('ready-made method ids behave as their cards', async (t) => {
  const stripe = await startForTest(t)
  const pay = (payment_method: string) =>
    call(stripe, CREATE, { amount: 4900, currency: 'usd', payment_method, confirm: true })
  assert.deepEqual([(await pay('pm_card_visa')).body['status']], ['succeeded'])
  assert.equal((await pay('pm_card_visa_chargeDeclined')).error['decline_code'], 'generic_decline')
  assert.equal((await pay('pm_card_authenticationRequired')).body['status'], 'requires_action')
})

test('a setup intent saves a card after the bank agreed; then it pays off-session', async (t) => {
  const stripe = await startForTest(t)
  const { id: customer } = await ok<{ id: string }>(stripe, 'POST /v1/customers')
  const intent = await ok<SetupIntent>(stripe, 'POST /v1/setup_intents', {
    customer,
    payment_method: 'pm_card_visa',
    confirm: true,
  })
  assert.deepEqual([intent.status, intent.usage], ['succeeded', 'off_session'])
  const asked = await ok<SetupIntent>(stripe, 'POST /v1/setup_intents', {
    customer,
    payment_method: 'pm_card_authenticationRequired',
    confirm: true,
    return_url: 'https://shop.example/back',
  })
  assert.equal(asked.status, 'requires_action')
  const done = await visit(`${stripe.url}/3ds/${asked.id}`, { outcome: 'complete' })
  assert.match(done.location ?? '', /setup_intent=seti_.*redirect_status=succeeded/)
  const paid = await ok<PaymentIntent>(
    stripe,
    CREATE,
    offSession({ customer, method: String(intent.payment_method) }),
  )
  assert.equal(paid.status, 'succeeded')
})

test('attach, list, default and detach', async (t) => {
  const stripe = await startForTest(t)
  const { id: customer } = await ok<{ id: string }>(stripe, 'POST /v1/customers')
  const method = await ok<PaymentMethod>(stripe, 'POST /v1/payment_methods/pm_card_visa/attach', { customer })
  const declined = await call(stripe, 'POST /v1/payment_methods/pm_card_visa_chargeDeclined/attach', {
    customer,
  })
  assert.deepEqual([declined.status, declined.error['code']], [402, 'card_declined'])
  await ok(stripe, `POST /v1/customers/${customer}`, {
    'invoice_settings[default_payment_method]': method.id,
  })
  const listed = await ok<{ data: PaymentMethod[]; has_more: boolean; url: string; object: string }>(
    stripe,
    `GET /v1/customers/${customer}/payment_methods`,
    { type: 'card' },
  )
  assert.deepEqual(
    [listed.object, listed.has_more, listed.url, listed.data.map(({ id }) => id)],
    ['list', false, `/v1/customers/${customer}/payment_methods`, [method.id]],
  )
  const detached = await ok<PaymentMethod>(stripe, `POST /v1/payment_methods/${method.id}/detach`)
  assert.equal(detached.customer, null)
  assert.equal(stripe.control.state().customers[0]?.invoice_settings.default_payment_method, null)
  const gone = await call(stripe, CREATE, offSession({ customer, method: method.id }))
  assert.equal(gone.error['code'], 'payment_method_unexpected_state')
})

test('metadata is merged key by key; an empty value takes a key away, an empty whole takes all away', async (t) => {
  const stripe = await startForTest(t)
  const { id } = await ok<{ id: string }>(stripe, 'POST /v1/customers', {
    'metadata[a]': '1',
    'metadata[b]': '2',
  })
  const change = async (params: Record<string, string>) =>
    (await ok(stripe, `POST /v1/customers/${id}`, params))['metadata']
  assert.deepEqual(await change({ 'metadata[a]': '', 'metadata[c]': '3' }), { b: '2', c: '3' })
  assert.deepEqual(await change({ name: 'Ada' }), { b: '2', c: '3' })
  assert.deepEqual(await change({ metadata: '' }), {})
})

test('a removed customer says so and its cards are gone', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe)
  await ok(stripe, `DELETE /v1/customers/${saved.customer}`)
  assert.deepEqual(await ok(stripe, `GET /v1/customers/${saved.customer}`), {
    id: saved.customer,
    object: 'customer',
    deleted: true,
  })
  const refused = await call(stripe, CREATE, offSession(saved))
  assert.deepEqual([refused.status, refused.error['param']], [404, 'customer'])
})

test('intents are found by customer, page by page, and by metadata', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe)
  await ok(stripe, CREATE, { amount: 100, currency: 'usd' })
  for (const payment of ['pay_1', 'pay_2', 'pay_3']) {
    await ok(stripe, CREATE, { ...offSession(saved), 'metadata[payment_ref]': payment })
  }
  interface Page {
    data: PaymentIntent[]
    has_more: boolean
  }
  const refs = (page: Page) => page.data.map(({ metadata }) => metadata['payment_ref'])
  const first = await ok<Page>(stripe, 'GET /v1/payment_intents', { customer: saved.customer, limit: 2 })
  assert.deepEqual([refs(first), first.has_more], [['pay_3', 'pay_2'], true])
  const second = await ok<Page>(stripe, 'GET /v1/payment_intents', {
    customer: saved.customer,
    limit: 2,
    starting_after: String(first.data[1]?.id),
  })
  assert.deepEqual([refs(second), second.has_more], [['pay_1'], false])
  const query = 'metadata["payment_ref"]:"pay_2"'
  const found = await ok<Page>(stripe, 'GET /v1/payment_intents/search', { query })
  assert.deepEqual(refs(found), ['pay_2'])
})
