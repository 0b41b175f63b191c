import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StripeSimulator } from '../../../simulators/stripe/index.ts'
import { call, customerWithDebit, offSession, ok, openCheckout, startForTest, visit } from './client.ts'

const EUR = { 'line_items[0][price_data][currency]': 'eur' }
const typesOf = (stripe: StripeSimulator) => stripe.control.state().events.map(({ type }) => type)

test('a debit is under way until its bank has answered', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithDebit(stripe)
  const sent = await ok(stripe, 'POST /v1/payment_intents', { ...offSession(saved), currency: 'eur' })
  assert.deepEqual([sent['status'], sent['amount_received']], ['processing', 0])
  const [charge] = stripe.control.state().charges
  assert.deepEqual([charge?.status, charge?.paid, charge?.captured], ['pending', false, false])
  assert.equal((await call(stripe, `POST /v1/payment_intents/${String(sent['id'])}/cancel`)).status, 400)
  assert.equal((await call(stripe, 'POST /v1/refunds', { charge: charge!.id })).status, 400)

  assert.deepEqual(
    stripe.control.settle().map(({ what }) => what),
    ['debit'],
  )
  assert.deepEqual(stripe.control.settle(), [])
  const [intent] = stripe.control.state().payment_intents
  assert.deepEqual([intent?.status, intent?.amount_received], ['succeeded', 4900])
})

test('the bank refuses days later, by the end of the account number', async (t) => {
  const stripe = await startForTest(t)
  const codes: Record<string, string> = {
    DE62370400440532013001: 'generic_could_not_process',
    DE00370400440532012227: 'insufficient_funds',
    DE00370400440532011113: 'account_closed',
    DE00370400440532011116: 'no_account',
    DE00370400440532013335: 'debit_not_authorized',
  }
  for (const [number, code] of Object.entries(codes)) {
    const saved = await customerWithDebit(stripe, number)
    await ok(stripe, 'POST /v1/payment_intents', { ...offSession(saved), currency: 'eur' })
    stripe.control.settle()
    const { payment_intents: intents, charges, mandates } = stripe.control.state()
    assert.deepEqual(
      [intents.at(-1)?.status, intents.at(-1)?.last_payment_error?.code, charges.at(-1)?.failure_code],
      ['requires_payment_method', code, code],
    )
    const isRevoked = code === 'debit_not_authorized'
    assert.equal(mandates.at(-1)?.status, isRevoked ? 'inactive' : 'active', number)
  }
})

test('what the holder takes back is lost at once and cannot be refunded', async (t) => {
  const stripe = await startForTest(t)
  const saved = await customerWithDebit(stripe, 'DE35370400440532013002')
  await ok(stripe, 'POST /v1/payment_intents', { ...offSession(saved), currency: 'eur' })
  stripe.control.settle()
  stripe.control.settle()
  const [dispute] = stripe.control.state().disputes
  assert.deepEqual([dispute?.status, dispute?.reason], ['lost', 'debit_not_authorized'])
  assert.equal((await call(stripe, 'POST /v1/refunds', { charge: dispute!.charge })).status, 400)
  assert.deepEqual(typesOf(stripe).slice(-5), [
    'payment_intent.succeeded',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
    'mandate.updated',
  ])
})

test('a page offers the debit of its currency unless it is left out, and is told of when the bank answers', async (t) => {
  const stripe = await startForTest(t)
  const offered = async (more: Record<string, string>) =>
    (await openCheckout(stripe, more)).payment_method_types
  assert.deepEqual(await offered(EUR), ['card', 'sepa_debit'])
  assert.deepEqual(await offered({}), ['card', 'us_bank_account'])
  assert.deepEqual(await offered({ ...EUR, 'excluded_payment_method_types[0]': 'sepa_debit' }), ['card'])
  assert.deepEqual(await offered({ ...EUR, 'payment_intent_data[capture_method]': 'manual' }), ['card'])

  const { id, url } = await openCheckout(stripe, EUR)
  const form = { type: 'sepa_debit', account: 'DE89 3704 0044 0532 0130 00', name: 'Ada' }
  assert.match((await visit(String(url))).html, /SEPA Direct Debit/)
  assert.match((await visit(String(url), { ...form, account: 'DE1' })).html, /The IBAN is invalid/)
  assert.match((await visit(String(url), { ...form, name: ' ' })).html, /name is incomplete/)
  assert.match((await visit(String(url), { ...form, type: 'bacs_debit' })).html, /not available/)
  assert.match(String((await visit(String(url), form)).location), /done/)
  const page = () => stripe.control.state().checkout_sessions.find((one) => one.id === id)
  assert.deepEqual([page()?.status, page()?.payment_status], ['complete', 'unpaid'])
  stripe.control.settle()
  assert.equal(page()?.payment_status, 'paid')
  assert.equal(typesOf(stripe).at(-1), 'checkout.session.async_payment_succeeded')
})
