import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, eur, factsOf, lookUp, narrowed, onlyCharge, openShop, saveCard, visit } from './open-shop.ts'

test('a saved card is charged once, however often the answer is lost', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop)
  shop.stripe.control.loseAnswer({ path: '/v1/payment_intents', method: 'POST', times: 2 })
  await assert.rejects(shop.gateway.charge_method(charge(saved)), { type: 'StripeConnectionError' })
  const found = await lookUp(shop)
  const taken = onlyCharge(shop)
  assert.deepEqual(found, {
    outcome: 'succeeded',
    reference: taken.payment_intent,
    amount: eur('4900'),
    fee: eur('172'),
    customer: saved.customer,
  })
  assert.deepEqual(await shop.gateway.charge_method(charge(saved)), found)
  assert.equal(onlyCharge(shop).id, taken.id)
})

test('a server error after the work is not taken for a decline', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop)
  shop.stripe.control.fail({ path: '/v1/payment_intents', method: 'POST', status: 500, work: true })
  await assert.rejects(shop.gateway.charge_method(charge(saved)), { type: 'StripeAPIError' })
  assert.equal(narrowed(await lookUp(shop), 'succeeded').reference, onlyCharge(shop).payment_intent)
})

test('the same key with another amount charges nothing more', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop)
  await shop.gateway.charge_method(charge(saved))
  await assert.rejects(shop.gateway.charge_method(charge(saved, { amount: eur('5000') })), {
    type: 'StripeIdempotencyError',
  })
  assert.equal(onlyCharge(shop).amount, 4900)
})

const PLAIN = 'Your bank declined the payment. Please use another card or ask your bank.'
const declines: [string, { code: string; retry: string; message: string }][] = [
  ['4000000000000341', { code: 'generic_decline', retry: 'later', message: PLAIN }],
  [
    '4000000000009995',
    { code: 'insufficient_funds', retry: 'later', message: 'There is not enough money on the card.' },
  ],
  ['4000000000009987', { code: 'declined', retry: 'new_method', message: PLAIN }],
  ['4000000000009979', { code: 'declined', retry: 'new_method', message: PLAIN }],
  ['4000000000000069', { code: 'expired_card', retry: 'new_method', message: 'The card has expired.' }],
  [
    '4000000000000127',
    { code: 'incorrect_cvc', retry: 'new_method', message: 'The security code of the card is wrong.' },
  ],
  [
    '4000000000000119',
    { code: 'processing_error', retry: 'later', message: 'The bank could not handle the payment just now.' },
  ],
  [
    '4000000000006975',
    { code: 'card_velocity_exceeded', retry: 'later', message: 'The card has reached its limit for now.' },
  ],
]
for (const [number, expected] of declines) {
  test(`card ${number} is declined with ${expected.code}, retry ${expected.retry}`, async (t) => {
    const shop = await openShop(t)
    const saved = await saveCard(shop, number)
    const outcome = await shop.gateway.charge_method(charge(saved))
    const [intent] = shop.stripe.control.state().payment_intents
    assert.deepEqual(outcome, { outcome: 'declined', reference: intent?.id, ...expected })
    assert.deepEqual(await shop.gateway.charge_method(charge(saved)), outcome)
    assert.deepEqual(await lookUp(shop), outcome)
    assert.deepEqual(await factsOf(shop, 'payment_intent.payment_failed'), [
      { fact: 'payment', payment_id: 'pay_1', result: outcome },
    ])
  })
}

test('cards that were set up for it pass without the client', async (t) => {
  for (const number of ['4000002500003155', '4000003800000446']) {
    const shop = await openShop(t)
    const outcome = await shop.gateway.charge_method(charge(await saveCard(shop, number)))
    assert.deepEqual(narrowed(outcome, 'succeeded').amount, eur('4900'))
  }
})

test('a bank that wants the client gets the client, on the same payment', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop, '4000002760003184')
  const asked = narrowed(await shop.gateway.charge_method(charge(saved)), 'needs_client')
  assert.deepEqual(asked, {
    outcome: 'needs_client',
    reference: asked.reference,
    url: `${shop.stripe.url}/3ds/${asked.reference}`,
  })
  assert.deepEqual(await shop.gateway.charge_method(charge(saved)), asked)
  assert.deepEqual(await lookUp(shop, asked.reference), asked)
  for (const type of ['payment_intent.payment_failed', 'payment_intent.requires_action'])
    assert.deepEqual(await factsOf(shop, type), [{ fact: 'payment', payment_id: 'pay_1', result: asked }])

  const back = new URL((await visit(String(asked.url), { outcome: 'complete' })) ?? '')
  assert.equal(back.searchParams.get('invoice'), '1')
  assert.deepEqual(narrowed(await lookUp(shop, asked.reference), 'succeeded').amount, eur('4900'))
  assert.equal(shop.stripe.control.state().payment_intents.length, 1)
  assert.equal(shop.stripe.control.state().charges.filter(({ paid }) => paid).length, 1)
})

test('the client is asked once, although the answer that asked was lost', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop, '4000002500003155', false)
  shop.stripe.control.loseAnswer({ path: '/v1/payment_intents', method: 'POST', times: 2 })
  await assert.rejects(shop.gateway.charge_method(charge(saved)), { type: 'StripeConnectionError' })
  const asked = narrowed(await lookUp(shop), 'needs_client')
  assert.deepEqual(await shop.gateway.charge_method(charge(saved)), asked)
  const asks = shop.stripe.control
    .state()
    .events.filter(({ type }) => type === 'payment_intent.requires_action')
  assert.equal(asks.length, 1)
})

test("refused at the bank's page, or after it, is declined", async (t) => {
  const refused = await openShop(t)
  const first = await refused.gateway.charge_method(charge(await saveCard(refused, '4000002760003184')))
  const { url } = narrowed(first, 'needs_client')
  await visit(String(url), { outcome: 'fail' })
  const outcome = narrowed(await lookUp(refused), 'declined')
  assert.deepEqual([outcome.code, outcome.retry], ['payment_intent_authentication_failure', 'client'])
})

test('a card that the bank declines after it was confirmed', async (t) => {
  const shop = await openShop(t)
  const asked = await shop.gateway.charge_method(charge(await saveCard(shop, '4000008400001629')))
  await visit(String(narrowed(asked, 'needs_client').url), { outcome: 'complete' })
  assert.equal(narrowed(await lookUp(shop), 'declined').code, 'generic_decline')
})

test('a removed method cannot be charged, and removing it twice is one removal', async (t) => {
  const shop = await openShop(t)
  const saved = await saveCard(shop)
  const remove = (idempotency_key: string, method: string) =>
    shop.gateway.remove_method({ idempotency_key, method })
  for (let i = 0; i < 2; i++)
    assert.deepEqual(await remove(`remove_${i}`, saved.method), { outcome: 'removed' })
  assert.deepEqual(await remove('remove_1', saved.method), { outcome: 'removed' })
  assert.deepEqual(await remove('remove_2', 'pm_unknown'), { outcome: 'removed' })
  const gone = narrowed(await shop.gateway.charge_method(charge(saved)), 'declined')
  assert.deepEqual([gone.code, gone.retry], ['payment_method_unexpected_state', 'new_method'])
  const unknown = narrowed(
    await shop.gateway.charge_method(charge({ ...saved, method: 'pm_unknown' })),
    'declined',
  )
  assert.deepEqual([unknown.code, unknown.retry], ['payment_method_unexpected_state', 'new_method'])
  const { customer: _customer, ...ownerless } = charge(saved)
  assert.equal(narrowed(await shop.gateway.charge_method(ownerless), 'declined').code, 'method_gone')
  assert.deepEqual(shop.stripe.control.state().charges, [])
})

test('the owner of a method is found when core does not name it', async (t) => {
  const shop = await openShop(t)
  const { customer: _customer, ...ownerless } = charge(await saveCard(shop))
  assert.equal(
    narrowed(await shop.gateway.charge_method(ownerless), 'succeeded').reference,
    onlyCharge(shop).payment_intent,
  )
})
