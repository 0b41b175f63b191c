import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  charge,
  eur,
  factsOf,
  lookUp,
  narrowed,
  onlyCharge,
  openShop,
  payOnPage,
  saveCard,
  type TestShop,
} from './open-shop.ts'

const reserve = async (shop: TestShop) => {
  const saved = await saveCard(shop)
  return narrowed(await shop.gateway.authorise(charge(saved)), 'authorised')
}
const of = (reference: string, key = 'pay_1:take') => ({
  ...{ payment_id: 'pay_1', idempotency_key: key, reference },
})

test('money is reserved first and taken later, in whole or in part', async (t) => {
  for (const [minor, fee] of [
    ['4900', '172'],
    ['1900', '85'],
  ] as const) {
    const shop = await openShop(t)
    const { reference, amount } = await reserve(shop)
    assert.deepEqual(amount, eur('4900'))
    assert.equal(onlyCharge(shop).captured, false)
    const taken = narrowed(await shop.gateway.capture({ ...of(reference), amount: eur(minor) }), 'succeeded')
    assert.deepEqual([taken.amount, taken.fee], [eur(minor), eur(fee)])
    assert.equal(onlyCharge(shop).amount_captured, Number(minor))
  }
})

test('it is taken once, however often the answer is lost', async (t) => {
  const shop = await openShop(t)
  const { reference } = await reserve(shop)
  const input = { ...of(reference), amount: eur('4900') }
  shop.stripe.control.loseAnswer({ path: '/v1/payment_intents', method: 'POST', times: 2 })
  await assert.rejects(shop.gateway.capture(input), { type: 'StripeConnectionError' })
  const found = narrowed(await lookUp(shop, reference), 'succeeded')
  assert.deepEqual(await shop.gateway.capture(input), found)
  assert.deepEqual(await shop.gateway.capture({ ...input, idempotency_key: 'other' }), found)
  assert.deepEqual(found.amount, eur('4900'))
})

test('what is let go cannot be taken, and what is taken cannot be let go', async (t) => {
  const gone = await openShop(t)
  const first = await reserve(gone)
  assert.equal((await gone.gateway.void(of(first.reference))).outcome, 'cancelled')
  const late = await gone.gateway.capture({ ...of(first.reference, 'late'), amount: eur('4900') })
  assert.equal(late.outcome, 'cancelled')
  const kept = await openShop(t)
  const second = await reserve(kept)
  await kept.gateway.capture({ ...of(second.reference), amount: eur('4900') })
  assert.equal((await kept.gateway.void(of(second.reference, 'late'))).outcome, 'succeeded')
})

test('more than was reserved is refused, and nothing is taken', async (t) => {
  const shop = await openShop(t)
  const { reference } = await reserve(shop)
  const refused = await shop.gateway.capture({ ...of(reference), amount: eur('4901') })
  assert.equal(refused.outcome, 'declined')
  assert.equal(narrowed(await lookUp(shop, reference), 'authorised').reference, reference)
})

test('a hosted page only reserves when it is asked to, and its event says so', async (t) => {
  const shop = await openShop(t)
  await payOnPage(shop, '4242424242424242', { capture: 'later' })
  assert.equal(onlyCharge(shop).captured, false)
  const [fact] = await factsOf(shop, 'payment_intent.amount_capturable_updated')
  assert.ok(fact?.fact === 'payment' && fact.result.outcome === 'authorised')
  assert.deepEqual(fact.result.amount, eur('4900'))
})
