import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, openShop, saveCard } from './open-shop.ts'

const RAW = { authorization: 'Bearer sk_test_simulator', 'stripe-version': '2026-10-28.endive' }

test('what customers have saved is found, the default first, and nothing is made', async (t) => {
  const shop = await openShop(t)
  const { customer, method: card } = await saveCard(shop)
  const debit = shop.stripe.control.saveDebit({
    customer,
    type: 'sepa_debit',
    number: 'DE89370400440532013000',
  })
  const body = new URLSearchParams({ 'invoice_settings[default_payment_method]': card })
  await fetch(`${shop.stripe.url}/v1/customers/${customer}`, { method: 'POST', headers: RAW, body })
  const before = shop.stripe.control.state()
  const ask = { rows: [{ customer }, { customer, method: debit.id }, { customer: 'cus_unknown' }] }
  const { answers } = await shop.gateway.find_methods(ask)
  const visa = answers[0]?.outcome === 'found' ? answers[0].methods[0] : undefined
  assert.deepEqual([visa?.reference, visa?.label], [card, 'Visa 4242'])
  const sepa = { reference: debit.id, customer, kind: 'sepa_debit', label: 'SEPA debit ·3000', last4: '3000' }
  assert.deepEqual(answers, [
    { outcome: 'found', customer, email: ANN.email, methods: [visa, sepa] },
    { outcome: 'found', customer, email: ANN.email, methods: [sepa] },
    { outcome: 'absent' },
  ])
  assert.deepEqual(await shop.gateway.find_methods(ask), { answers })
  assert.deepEqual(shop.stripe.control.state(), before)
})

test("a method of somebody else is not found under a customer's name, nor one that was removed", async (t) => {
  const shop = await openShop(t)
  const { customer, method } = await saveCard(shop)
  const response = await fetch(`${shop.stripe.url}/v1/customers`, { method: 'POST', headers: RAW })
  const { id: other } = (await response.json()) as { id: string }
  const rows = [{ customer: other, method }, { customer: other }]
  const none = { outcome: 'found', customer: other, methods: [] }
  assert.deepEqual((await shop.gateway.find_methods({ rows })).answers, [none, none])
  await shop.gateway.remove_method({ idempotency_key: 'remove_1', method })
  const { answers } = await shop.gateway.find_methods({ rows: [{ customer, method }] })
  assert.deepEqual(answers, [{ outcome: 'found', customer, email: ANN.email, methods: [] }])
})
