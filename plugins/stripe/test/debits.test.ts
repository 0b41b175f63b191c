import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, factsOf, narrowed, openShop, payment, setup, visit, type TestShop } from './open-shop.ts'

const OFFERED = { offer_sepa_debit: true, offer_us_bank_account: true, offer_bacs_debit: true }
const PAYS = { sepa_debit: 'DE89370400440532013000', us_bank_account: '000123456789', bacs_debit: '00012345' }
type Debit = keyof typeof PAYS

const debits: { type: Debit; currency: string; label: string; mandate: RegExp }[] = [
  { type: 'sepa_debit', currency: 'EUR', label: 'SEPA debit ·3000', mandate: /^[0-9A-Z]{8}$/ },
  { type: 'us_bank_account', currency: 'USD', label: 'ACH debit ·6789', mandate: /^mandate_/ },
  { type: 'bacs_debit', currency: 'GBP', label: 'Bacs debit ·2345', mandate: /^[0-9A-Z]{8}$/ },
]

/** A client of ours with a saved bank account. */
async function saveDebit(shop: TestShop, type: Debit, number = PAYS[type]) {
  const { customer = '' } = narrowed(await shop.gateway.start_setup(setup()), 'needs_client')
  return { customer, method: shop.stripe.control.saveDebit({ customer, type, number }).id }
}

const lastTypes = (shop: TestShop) =>
  shop.stripe.control.state().checkout_sessions.at(-1)?.payment_method_types

for (const { type, currency, label, mandate } of debits) {
  test(`${type} is saved on the hosted page as what it is`, async (t) => {
    const shop = await openShop(t, OFFERED)
    const page = narrowed(await shop.gateway.start_setup({ ...setup(), currency }), 'needs_client')
    assert.deepEqual(lastTypes(shop), ['card', type])
    await visit(String(page.url), { type, account: PAYS[type], name: 'Ann' })
    const [fact] = await factsOf(shop, 'setup_intent.succeeded')
    assert.ok(fact?.fact === 'method_saved')
    assert.deepEqual(
      [fact.client_id, fact.method.kind, fact.method.label, fact.method.customer],
      ['cli_1', type, label, page.customer],
    )
    assert.match(fact.method.mandate ?? '', mandate)
    assert.deepEqual(shop.stripe.control.state().charges, [])
  })

  test(`${type} is charged without the client: under way, then paid, and read alike however often`, async (t) => {
    const shop = await openShop(t, OFFERED)
    const saved = await saveDebit(shop, type)
    const order = charge(saved, { amount: { minor: '4900', currency } })
    const sent = narrowed(await shop.gateway.charge_method(order), 'pending')
    assert.deepEqual(await shop.gateway.charge_method(order), sent)
    assert.deepEqual(await factsOf(shop, 'payment_intent.processing'), [
      { fact: 'payment', payment_id: 'pay_1', result: sent },
    ])
    shop.stripe.control.settle()
    const [paid] = await factsOf(shop, 'payment_intent.succeeded')
    assert.ok(paid?.fact === 'payment' && paid.result.outcome === 'succeeded')
    assert.deepEqual(paid.result.amount, { minor: '4900', currency })
    // An event that comes late tells what is true by now.
    assert.deepEqual(await factsOf(shop, 'payment_intent.processing'), [paid])
    assert.equal(shop.stripe.control.state().charges.length, 1)
  })
}

test('a page offers only what the settings and its currency allow, and none when money is reserved', async (t) => {
  const none = await openShop(t)
  await none.gateway.start_payment(payment())
  assert.deepEqual(lastTypes(none), ['card'])
  const shop = await openShop(t, { offer_bacs_debit: true })
  await shop.gateway.start_payment(payment())
  assert.deepEqual(lastTypes(shop), ['card'])
  await shop.gateway.start_payment(
    payment({ idempotency_key: 'pay_2:1', amount: { minor: '4900', currency: 'GBP' } }),
  )
  assert.deepEqual(lastTypes(shop), ['card', 'bacs_debit'])
})

test('a payment by debit on the page waits for the bank and brings its saved account along', async (t) => {
  const shop = await openShop(t, OFFERED)
  const page = narrowed(await shop.gateway.start_payment(payment({ save_method: true })), 'needs_client')
  await visit(String(page.url), { type: 'sepa_debit', account: PAYS.sepa_debit, name: 'Ann' })
  const look = { payment_id: 'pay_1', idempotency_key: 'pay_1:1', reference: page.reference }
  const waits = narrowed(await shop.gateway.look_up(look), 'pending')
  const [told] = await factsOf(shop, 'checkout.session.completed')
  assert.deepEqual(told, { fact: 'payment', payment_id: 'pay_1', result: waits })
  shop.stripe.control.settle()
  const [paid] = await factsOf(shop, 'checkout.session.async_payment_succeeded')
  assert.ok(paid?.fact === 'payment' && paid.result.outcome === 'succeeded')
  assert.deepEqual(
    [paid.result.reference, paid.result.saved_method?.label, paid.result.saved_method?.kind],
    [waits.reference, 'SEPA debit ·3000', 'sepa_debit'],
  )
  assert.match(paid.result.saved_method?.mandate ?? '', /^[0-9A-Z]{8}$/)
})

const failures: [string, string, string][] = [
  ['DE00370400440532012227', 'insufficient_funds', 'later'],
  ['DE62370400440532013001', 'generic_could_not_process', 'later'],
  ['DE00370400440532011113', 'account_closed', 'new_method'],
  ['DE00370400440532011116', 'no_account', 'new_method'],
  ['DE00370400440532013335', 'debit_not_authorized', 'new_method'],
]
for (const [number, code, retry] of failures) {
  test(`a debit that fails with ${code} may be tried: ${retry}`, async (t) => {
    const shop = await openShop(t)
    const saved = await saveDebit(shop, 'sepa_debit', number)
    await shop.gateway.charge_method(charge(saved))
    shop.stripe.control.settle()
    const [fact] = await factsOf(shop, 'payment_intent.payment_failed')
    assert.ok(fact?.fact === 'payment' && fact.result.outcome === 'declined')
    assert.deepEqual([fact.result.code, fact.result.retry], [code, retry])
    assert.doesNotMatch(fact.result.message, /card/i)
    assert.deepEqual(
      await shop.gateway.look_up({ payment_id: 'pay_1', idempotency_key: 'pay_1:1' }),
      fact.result,
    )
  })
}

test('a revoked mandate ends the method, and a charge of it is declined at once', async (t) => {
  const shop = await openShop(t)
  const saved = await saveDebit(shop, 'sepa_debit')
  shop.stripe.control.revokeMandate({ method: saved.method })
  const message = 'The mandate for this account is no longer valid. Please add another way to pay.'
  assert.deepEqual(await factsOf(shop, 'mandate.updated'), [
    { fact: 'method_refused', method: saved.method, code: 'mandate_revoked', message },
  ])
  assert.deepEqual(await shop.gateway.charge_method(charge(saved)), {
    outcome: 'declined',
    ...{ code: 'payment_intent_mandate_invalid', message, retry: 'new_method' },
  })
  assert.deepEqual(shop.stripe.control.state().charges, [])
})

test('what the holder takes back after it was paid is a dispute that is lost', async (t) => {
  const shop = await openShop(t)
  const saved = await saveDebit(shop, 'sepa_debit', 'DE35370400440532013002')
  const { reference } = narrowed(await shop.gateway.charge_method(charge(saved)), 'pending')
  shop.stripe.control.settle()
  shop.stripe.control.settle()
  const facts = [
    ...(await factsOf(shop, 'charge.dispute.closed')),
    ...(await factsOf(shop, 'charge.dispute.created')),
  ]
  const [dispute] = shop.stripe.control.state().disputes
  const lost = {
    ...{ fact: 'dispute', reference: dispute!.id, payment_id: 'pay_1', payment_reference: reference },
    ...{ amount: { minor: '4900', currency: 'EUR' }, status: 'lost', reason: 'debit_not_authorized' },
  }
  assert.deepEqual(facts, [lost, lost])
})

test('money is not reserved by a debit', async (t) => {
  const shop = await openShop(t)
  const saved = await saveDebit(shop, 'sepa_debit')
  const refused = narrowed(await shop.gateway.authorise(charge(saved)), 'declined')
  assert.deepEqual([refused.code, refused.retry], ['debit_not_reserved', 'never'])
  assert.deepEqual(shop.stripe.control.state().payment_intents, [])
})
