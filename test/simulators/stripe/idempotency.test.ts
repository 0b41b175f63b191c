import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, customerWithCard, offSession, startForTest } from './client.ts'

const key = { 'idempotency-key': 'invoice-1-attempt-1' }

test('the same key repeats the first answer and does the work once', async (t) => {
  const stripe = await startForTest(t)
  const charge = offSession(await customerWithCard(stripe))
  const first = await call(stripe, 'POST /v1/payment_intents', charge, key)
  const again = await call(stripe, 'POST /v1/payment_intents', charge, key)
  assert.deepEqual(again.body, first.body)
  assert.equal(stripe.control.state().charges.length, 1)
})

test('a lost answer is found again by its key', async (t) => {
  const stripe = await startForTest(t)
  const charge = offSession(await customerWithCard(stripe))
  stripe.control.loseAnswer({ path: '/v1/payment_intents' })
  await assert.rejects(call(stripe, 'POST /v1/payment_intents', charge, key), TypeError)
  const again = await call(stripe, 'POST /v1/payment_intents', charge, key)
  const { payment_intents: intents, charges } = stripe.control.state()
  assert.deepEqual([again.status, again.body['id']], [200, intents[0]?.id])
  assert.deepEqual([intents.length, charges.length], [1, 1])
})

test('a decline is kept, also after the card would pay', async (t) => {
  const stripe = await startForTest(t)
  const charge = offSession(await customerWithCard(stripe, '4000000000009995'))
  const first = await call(stripe, 'POST /v1/payment_intents', charge, key)
  const again = await call(stripe, 'POST /v1/payment_intents', charge, key)
  assert.deepEqual([first.status, again.status], [402, 402])
  assert.deepEqual(again.body, first.body)
  assert.equal(stripe.control.state().charges.length, 1)
})

test('a 500 is kept and repeated; a 429 is not', async (t) => {
  const stripe = await startForTest(t)
  stripe.control.fail({ status: 500, path: '/v1/customers' })
  const failing = () => call(stripe, 'POST /v1/customers', { name: 'Ada' }, key)
  assert.deepEqual([(await failing()).status, (await failing()).status], [500, 500])
  stripe.control.fail({ status: 429, code: 'rate_limit', path: '/v1/customers' })
  const limited = () => call(stripe, 'POST /v1/customers', { name: 'Ada' }, { 'idempotency-key': 'other' })
  assert.deepEqual([(await limited()).status, (await limited()).status], [429, 200])
})

test('a 500 after the work leaves the work done', async (t) => {
  const stripe = await startForTest(t)
  const charge = offSession(await customerWithCard(stripe))
  stripe.control.fail({ status: 500, work: true })
  assert.equal((await call(stripe, 'POST /v1/payment_intents', charge, key)).status, 500)
  assert.equal((await call(stripe, 'POST /v1/payment_intents', charge, key)).status, 500)
  assert.deepEqual(
    stripe.control.state().payment_intents.map(({ status }) => status),
    ['succeeded'],
  )
})

test('a refused parameter does not use the key up', async (t) => {
  const stripe = await startForTest(t)
  const refused = await call(stripe, 'POST /v1/customers', { colour: 'red' }, key)
  const accepted = await call(stripe, 'POST /v1/customers', { name: 'Ada' }, key)
  assert.deepEqual([refused.status, accepted.status], [400, 200])
})

test('the order of the fields does not matter, the path does', async (t) => {
  const stripe = await startForTest(t)
  const first = await call(stripe, 'POST /v1/customers', { name: 'Ada', phone: '1' }, key)
  const again = await call(stripe, 'POST /v1/customers', { phone: '1', name: 'Ada' }, key)
  assert.equal(again.body['id'], first.body['id'])
  const elsewhere = await call(
    stripe,
    `POST /v1/customers/${first.body['id']}`,
    { phone: '1', name: 'Ada' },
    key,
  )
  assert.deepEqual([elsewhere.status, elsewhere.error['type']], [400, 'idempotency_error'])
})

test('a key is forgotten after 24 hours', async (t) => {
  const stripe = await startForTest(t)
  const make = () => call(stripe, 'POST /v1/customers', { name: 'Ada' }, key)
  const first = await make()
  stripe.control.advance({ seconds: 24 * 3600 - 1 })
  assert.equal((await make()).body['id'], first.body['id'])
  stripe.control.advance({ seconds: 1 })
  assert.notEqual((await make()).body['id'], first.body['id'])
  assert.equal(stripe.control.state().customers.length, 2)
})
