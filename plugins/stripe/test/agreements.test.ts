import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, eur, factsOf, openShop, saveCard } from './open-shop.ts'

const FROM = { from: '2026-11-01' }

async function subscribed(t: Parameters<typeof openShop>[0], number?: string) {
  const shop = await openShop(t)
  const { customer, method } = await saveCard(shop, number)
  const { control } = shop.stripe
  const order = { amount: 990, currency: 'eur', interval: 'month' as const, nickname: 'Small server' }
  const { id } = control.subscribe({ customer, method, ...order })
  return { shop, control, customer, id }
}

test('subscriptions of the account are found with their customer, sum and cycle', async (t) => {
  const { shop, customer, id } = await subscribed(t)
  assert.deepEqual(await shop.gateway.list_agreements(FROM), {
    agreements: [
      {
        ...{ reference: id, customer, email: ANN.email, name: ANN.name, status: 'live', amount: eur('990') },
        ...{ cycle: '1m', next_on: '2026-12-21', label: 'Small server' },
      },
    ],
  })
})

test('what a subscription takes is told with the agreement, the payment and the fee', async (t) => {
  const { shop, control, id } = await subscribed(t)
  control.renewSubscription({ subscription: id })
  const intent = control.state().payment_intents.at(-1)!.id
  assert.deepEqual(await factsOf(shop, 'invoice.paid'), [
    { fact: 'agreement_payment', agreement: id, reference: intent, amount: eur('990'), fee: eur('59') },
  ])
  // The payment's own event is not ours to book, so that it is booked once.
  assert.deepEqual(
    (await factsOf(shop, 'payment_intent.succeeded')).map(({ fact }) => fact),
    ['ignored'],
  )
  const [charge] = control.state().charges
  control.dispute({ charge: charge!.id })
  const [dispute] = await factsOf(shop, 'charge.dispute.created')
  assert.equal(dispute?.fact === 'dispute' && dispute.payment_reference, intent)
})

test('a charge that was declined takes nothing', async (t) => {
  const { shop, control, id } = await subscribed(t, '4000000000000341')
  control.renewSubscription({ subscription: id })
  assert.deepEqual(await factsOf(shop, 'invoice.paid'), [])
  assert.equal((await shop.gateway.list_agreements(FROM)).agreements[0]?.status, 'live')
})

test('an agreement is ended once, also when the answer was lost', async (t) => {
  const { shop, control, id } = await subscribed(t)
  const order = { idempotency_key: 'agreement/1/cancel', agreement: id }
  control.loseAnswer({ path: `/v1/subscriptions/${id}`, times: 2 })
  await shop.gateway.cancel_agreement(order).catch(() => undefined)
  assert.deepEqual(await shop.gateway.cancel_agreement(order), { outcome: 'done' })
  assert.equal(control.state().subscriptions[0]?.status, 'canceled')
  const [fact] = await factsOf(shop, 'customer.subscription.deleted')
  assert.equal(fact?.fact === 'agreement' && fact.agreement.status, 'ended')
  assert.equal((await shop.gateway.list_agreements({ from: '2026-12-01' })).agreements.length, 0)
  const none = await shop.gateway.cancel_agreement({ ...order, agreement: 'sub_none' })
  assert.equal(none.outcome, 'failed')
})
