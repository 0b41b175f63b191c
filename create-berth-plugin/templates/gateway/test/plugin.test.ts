import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestInstance, strictGateway } from '@berth/sdk/test-kit'
import plugin from '../index.ts'
import { openCompany } from './company.ts'

const payment = {
  payment_id: 'pay_1',
  idempotency_key: 'start/pay_1',
  amount: { minor: '1190', currency: 'EUR' },
  description: 'Invoice 7',
  document: '7',
  client: { id: 'cli_1', name: 'Ada Quay', email: 'ada@client.example', locale: 'en' },
  save_method: false,
  return_url: 'https://shop.example/back',
  cancel_url: 'https://shop.example/cancelled',
  locale: 'en',
}
const lookUp = { payment_id: 'pay_1', idempotency_key: 'start/pay_1' }

async function open(t: TestContext, key = 'test-key') {
  const company = await openCompany()
  const instance = openTestInstance({
    secrets: { api_key: key, webhook_secret: 'test-secret' },
    outbound: { 'https://api.acme-pay.example': company.url },
  })
  t.after(() => {
    instance.close()
    company.close()
  })
  return { company, gateway: strictGateway(plugin, instance.context) }
}

test('a payment is opened once, paid on its page, and found again', async (t) => {
  const { company, gateway } = await open(t)
  const first = await gateway.start_payment(payment)
  assert.ok(first.outcome === 'needs_client' && first.url)
  assert.deepEqual(await gateway.start_payment(payment), first, 'a repeat finds the same payment')
  assert.equal(company.payments.length, 1)
  await fetch(first.url, { redirect: 'manual' })
  const paid = { outcome: 'succeeded', reference: 'ac_1', amount: { minor: '1190', currency: 'EUR' } }
  assert.deepEqual(await gateway.look_up(lookUp), paid)
  const event = { body: '{"id":"evt_1","payment":"ac_1"}', headers: {}, verified: true }
  assert.deepEqual(await gateway.handle_event(event), {
    facts: [{ fact: 'payment', payment_id: 'pay_1', result: paid }],
  })
})

test('what never arrived is absent; declined and expired payments are told', async (t) => {
  const { company, gateway } = await open(t)
  assert.deepEqual(await gateway.look_up(lookUp), { outcome: 'absent' })
  await gateway.start_payment(payment)
  company.payments[0]!.status = 'declined'
  assert.equal((await gateway.look_up(lookUp)).outcome, 'declined')
  company.payments[0]!.status = 'expired'
  assert.equal((await gateway.look_up(lookUp)).outcome, 'cancelled')
})

test('money goes back once for one key', async (t) => {
  const { gateway } = await open(t)
  await gateway.start_payment(payment)
  const refund = {
    refund_id: 'rfd_1',
    idempotency_key: 'refund/rfd_1',
    reference: 'ac_1',
    amount: { minor: '500', currency: 'EUR' },
    reason: 'Goodwill',
  }
  const first = await gateway.refund(refund)
  assert.equal(first.outcome, 'succeeded')
  assert.deepEqual(await gateway.refund(refund), first)
})

test('a wrong key is an error, never an outcome', async (t) => {
  const { gateway } = await open(t, 'wrong')
  await assert.rejects(gateway.start_payment(payment), { name: 'ApiRefused', status: 401 })
})
