import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Charge, Dispute } from '../../../simulators/stripe/index.ts'
import { customerWithCard, offSession, ok, startForTest } from './client.ts'

async function pay(t: TestContext, number?: string) {
  const stripe = await startForTest(t)
  const saved = await customerWithCard(stripe, number)
  const { latest_charge: id } = await ok<{ latest_charge: string }>(
    stripe,
    'POST /v1/payment_intents',
    offSession(saved),
  )
  const types = () =>
    stripe.control
      .state()
      .events.map(({ type }) => type)
      .slice(2)
  const argue = (dispute: string, text: string) =>
    ok<Dispute>(stripe, `POST /v1/disputes/${dispute}`, {
      'evidence[uncategorized_text]': text,
      submit: true,
    })
  const read = (dispute: string) => ok<Dispute>(stripe, `GET /v1/disputes/${dispute}`)
  return { stripe, id, types, argue, read }
}

test('card 0259 is disputed as fraudulent after the payment', async (t) => {
  const { stripe, id, types } = await pay(t, '4000000000000259')
  assert.deepEqual(stripe.control.state().disputes, [])
  stripe.control.settle()
  const [dispute] = stripe.control.state().disputes
  assert.deepEqual(
    [dispute?.charge, dispute?.amount, dispute?.reason, dispute?.status, dispute?.is_charge_refundable],
    [id, 4900, 'fraudulent', 'needs_response', false],
  )
  assert.equal((await ok<Charge>(stripe, `GET /v1/charges/${id}`)).disputed, true)
  assert.deepEqual(types(), ['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
})

test('card 2685 is disputed as not received; card 5423 only warns', async (t) => {
  const disputed = await pay(t, '4000000000002685')
  disputed.stripe.control.settle()
  assert.equal(disputed.stripe.control.state().disputes[0]?.reason, 'product_not_received')
  const warned = await pay(t, '4000000000005423')
  warned.stripe.control.settle()
  assert.deepEqual(warned.types(), ['radar.early_fraud_warning.created'])
  assert.deepEqual(warned.stripe.control.state().disputes, [])
})

test('card 1976 is an inquiry that moves no money until it is escalated', async (t) => {
  const { stripe, types, argue, read } = await pay(t, '4000000000001976')
  stripe.control.settle()
  const { id, status } = stripe.control.state().disputes[0] ?? { id: '', status: '' }
  assert.equal(status, 'warning_needs_response')
  assert.deepEqual(types(), ['charge.dispute.created'])
  assert.equal((await argue(id, 'escalate_inquiry_evidence')).status, 'warning_under_review')
  stripe.control.settle()
  const escalated = await read(id)
  assert.deepEqual(
    [escalated.status, escalated.balance_transactions.map(({ amount }) => amount)],
    ['needs_response', [-4900]],
  )
})

test('winning evidence brings the money back', async (t) => {
  const { stripe, id, types, argue, read } = await pay(t)
  const dispute = stripe.control.dispute({ charge: id })
  assert.equal((await argue(dispute.id, 'winning_evidence')).status, 'under_review')
  stripe.control.settle()
  const won = await read(dispute.id)
  assert.deepEqual([won.status, won.balance_transactions.map(({ amount }) => amount)], ['won', [-4900, 4900]])
  assert.deepEqual(types().slice(2), [
    'charge.dispute.updated',
    'charge.dispute.closed',
    'charge.dispute.funds_reinstated',
  ])
})

test('losing evidence, closing, and the control lose it', async (t) => {
  const { stripe, id, argue, read } = await pay(t)
  const argued = stripe.control.dispute({ charge: id })
  await argue(argued.id, 'losing_evidence')
  stripe.control.settle()
  assert.equal((await read(argued.id)).status, 'lost')
  const given = stripe.control.dispute({ charge: id, reason: 'duplicate' })
  assert.deepEqual(
    [given.reason, (await ok<Dispute>(stripe, `POST /v1/disputes/${given.id}/close`)).status],
    ['duplicate', 'lost'],
  )
  const decided = stripe.control.dispute({ charge: id, inquiry: true })
  stripe.control.closeDispute({ dispute: decided.id, status: 'warning_closed' })
  assert.equal((await read(decided.id)).status, 'warning_closed')
  assert.throws(() => stripe.control.closeDispute({ dispute: decided.id, status: 'won' }), {
    name: 'Refusal',
  })
})
