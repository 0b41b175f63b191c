import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { startReceiver } from '../../../test/simulators/stripe/receiver.ts'
import {
  ANN,
  charge,
  eur,
  factsOf,
  narrowed,
  onlyCharge,
  openShop,
  payOnPage,
  saveCard,
  setup,
  stored,
  visit,
  card,
} from './open-shop.ts'

test('events say the same in any order and as often as they come', async (t) => {
  const shop = await openShop(t)
  const hook = await startReceiver(t)
  shop.stripe.control.setWebhook({ url: hook.url, secret: 'whsec_shop' })
  shop.stripe.control.repeatWebhooks({ copies: 2 })
  shop.stripe.control.pauseWebhooks()
  await payOnPage(shop, '4242424242424242')
  await shop.stripe.control.releaseWebhooks({ order: 'reversed' })
  const results: unknown[] = []
  for (const { raw } of hook.received) {
    const { facts } = await shop.gateway.handle_event({ body: raw, headers: {}, verified: true })
    results.push(...facts)
  }
  const paid = {
    fact: 'payment',
    payment_id: 'pay_1',
    result: {
      outcome: 'succeeded',
      reference: onlyCharge(shop).payment_intent,
      amount: eur('4900'),
      fee: eur('172'),
      customer: onlyCharge(shop).customer,
    },
  }
  assert.deepEqual(hook.types(), [
    'checkout.session.completed',
    'checkout.session.completed',
    'payment_intent.succeeded',
    'payment_intent.succeeded',
  ])
  assert.deepEqual(results, [paid, paid, paid, paid])
})

test('an event is only believed as far as Stripe repeats it', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4000000000000002')
  const [intent] = shop.stripe.control.state().payment_intents
  const lie = { ...intent, status: 'succeeded', amount_received: 4900 }
  const { facts } = await shop.gateway.handle_event(
    stored({ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', data: { object: lie } }),
  )
  const [fact] = facts
  assert.equal(fact?.fact === 'payment' && narrowed(fact.result, 'needs_client').reference, page)
  const invented = { id: 'pi_invented', status: 'succeeded', metadata: { payment_id: 'pay_1' } }
  assert.deepEqual(
    await shop.gateway.handle_event(
      stored({ id: 'evt_2', object: 'event', type: 'payment_intent.succeeded', data: { object: invented } }),
    ),
    {
      facts: [
        {
          fact: 'ignored',
          reason: 'The object of payment_intent.succeeded is not in this account any more.',
        },
      ],
    },
  )
})

test('an event that core could not check is refused when its signature is wrong', async (t) => {
  const shop = await openShop(t)
  await payOnPage(shop, '4242424242424242')
  const event = shop.stripe.control.state().events.find(({ type }) => type === 'payment_intent.succeeded')
  const body = JSON.stringify(event)
  const signature = createHmac('sha256', 'whsec_other').update(`1790000000.${body}`).digest('hex')
  const headers = { 'stripe-signature': `t=1790000000,v1=${signature}` }
  await assert.rejects(shop.gateway.handle_event({ body, headers, verified: false }), {
    type: 'StripeSignatureVerificationError',
  })
})

test('a payment of somebody else is ignored, and so is its dispute', async (t) => {
  const shop = await openShop(t)
  const body = new URLSearchParams({
    amount: '100',
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: 'true',
  })
  const authorization = `Bearer ${shop.stripe.secretKey}`
  const headers = { authorization, 'stripe-version': '2026-10-28.endive' }
  await fetch(`${shop.stripe.url}/v1/payment_intents`, { method: 'POST', headers, body })
  assert.deepEqual(await factsOf(shop, 'payment_intent.succeeded'), [
    { fact: 'ignored', reason: 'The payment was not made by us.' },
  ])
  shop.stripe.control.dispute({ charge: onlyCharge(shop).id })
  assert.deepEqual(await factsOf(shop, 'charge.dispute.created'), [
    { fact: 'ignored', reason: 'The dispute belongs to no payment of ours.' },
  ])
})

test('an expired page cancels its payment', async (t) => {
  const shop = await openShop(t)
  const page = await payOnPage(shop, '4242424242424241')
  shop.stripe.control.advance({ seconds: 25 * 3600 })
  assert.deepEqual(await factsOf(shop, 'checkout.session.expired'), [
    {
      fact: 'payment',
      payment_id: 'pay_1',
      result: { outcome: 'cancelled', reference: page, reason: 'The payment page has expired.' },
    },
  ])
})

test('a saved method is told by its setup and by its attachment, a detached one is removed', async (t) => {
  const shop = await openShop(t)
  const page = narrowed(await shop.gateway.start_setup(setup()), 'needs_client')
  await visit(String(page.url), card('4242424242424242'))
  const [method] = shop.stripe.control.state().payment_methods
  const saved = {
    fact: 'method_saved',
    client_id: ANN.id,
    method: {
      reference: method?.id,
      customer: page.customer,
      kind: 'card',
      label: 'Visa 4242',
      brand: 'visa',
      last4: '4242',
      expires: '2034-12',
    },
  }
  for (const type of ['setup_intent.succeeded', 'payment_method.attached', 'checkout.session.completed'])
    assert.deepEqual(await factsOf(shop, type), [saved])
  await shop.gateway.remove_method({ idempotency_key: 'remove_1', method: method?.id ?? '' })
  assert.deepEqual(await factsOf(shop, 'payment_method.detached'), [
    { fact: 'method_removed', method: method?.id },
  ])
  assert.deepEqual(await factsOf(shop, 'payment_method.attached'), [
    { fact: 'ignored', reason: 'The method belongs to no customer.' },
  ])
})

test('a setup that the bank refused saves nothing', async (t) => {
  const shop = await openShop(t)
  const page = narrowed(await shop.gateway.start_setup(setup()), 'needs_client')
  await visit(String(page.url), card('4000000000000002'))
  assert.deepEqual(await factsOf(shop, 'setup_intent.setup_failed'), [
    { fact: 'ignored', reason: 'Nothing is saved: the setup is requires_payment_method.' },
  ])
})

test('disputes are told with their state, sum and last day', async (t) => {
  const shop = await openShop(t)
  await shop.gateway.charge_method(charge(await saveCard(shop)))
  const dispute = shop.stripe.control.dispute({ charge: onlyCharge(shop).id, reason: 'product_not_received' })
  const open = {
    fact: 'dispute',
    reference: dispute.id,
    payment_id: 'pay_1',
    payment_reference: onlyCharge(shop).payment_intent,
    amount: eur('4900'),
    status: 'open',
    reason: 'product_not_received',
    evidence_due_at: '2026-11-28T00:00:00.000Z',
  }
  assert.deepEqual(await factsOf(shop, 'charge.dispute.created'), [open])
  shop.stripe.control.closeDispute({ dispute: dispute.id, status: 'won' })
  assert.deepEqual(await factsOf(shop, 'charge.dispute.closed'), [{ ...open, status: 'won' }])
  assert.deepEqual(await factsOf(shop, 'charge.dispute.created'), [{ ...open, status: 'won' }])
})

test('an inquiry moves no money, and is closed or lost', async (t) => {
  for (const [end, told] of [
    ['warning_closed', 'closed'],
    ['lost', 'lost'],
  ] as const) {
    const shop = await openShop(t)
    await shop.gateway.charge_method(charge(await saveCard(shop)))
    const inquiry = end === 'warning_closed'
    const dispute = shop.stripe.control.dispute({ charge: onlyCharge(shop).id, inquiry })
    const statusOf = async (type: string) =>
      (await factsOf(shop, type)).map((fact) => (fact.fact === 'dispute' ? fact.status : fact.fact))
    assert.deepEqual(await statusOf('charge.dispute.created'), [inquiry ? 'inquiry' : 'open'])
    shop.stripe.control.closeDispute({ dispute: dispute.id, status: end })
    assert.deepEqual(await statusOf('charge.dispute.closed'), [told])
  }
})

test('warnings and unknown events are ignored, and each says when it happened', async (t) => {
  const shop = await openShop(t)
  await shop.gateway.charge_method(charge(await saveCard(shop, '4000000000005423')))
  shop.stripe.control.settle()
  assert.deepEqual(await factsOf(shop, 'radar.early_fraud_warning.created'), [
    { fact: 'ignored', reason: 'A warning moves no money.' },
  ])
  assert.match(shop.lines.join('\n'), /^warn Stripe warns of fraud early: /m)
  const event = { id: 'evt_1', object: 'event', type: 'price.created', data: { object: { id: 'in_1' } } }
  const facts = [{ fact: 'ignored', reason: 'The type price.created is of no consequence.' }]
  assert.deepEqual(await shop.gateway.handle_event(stored(event)), { facts })
  const dated = stored({ ...event, created: 1_769_860_800 })
  assert.deepEqual(await shop.gateway.handle_event(dated), { facts, occurred_at: '2026-01-31T12:00:00.000Z' })
})
