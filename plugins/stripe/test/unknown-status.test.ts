import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { openTestInstance, strictGateway } from '../../../sdk/test-kit/index.ts'
import plugin from '../index.ts'
import { stored } from './open-shop.ts'

/** A company that answers every call with one object. */
async function openStub(t: TestContext, answer: object) {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { context, lines, close } = openTestInstance({
    secrets: { api_key: 'sk_test_stub', webhook_secret: 'whsec_stub' },
    outbound: { 'https://api.stripe.com': `http://127.0.0.1:${port}` },
  })
  t.after(() => {
    close()
    server.close()
    server.closeAllConnections()
  })
  const gateway = strictGateway(plugin, context)
  const tell = async (type: string) =>
    (
      await gateway.handle_event(
        stored({ id: 'evt_1', object: 'event', type, data: { object: { id: 'x_1' } } }),
      )
    ).facts
  return { tell, lines }
}

test('a payment of an unknown status is pending, never paid', async (t) => {
  const intent = {
    id: 'pi_1',
    object: 'payment_intent',
    status: 'blessed',
    metadata: { payment_id: 'pay_1' },
  }
  const stub = await openStub(t, { ...intent, amount_received: 4900, currency: 'eur' })
  assert.deepEqual(await stub.tell('payment_intent.partially_funded'), [
    { fact: 'payment', payment_id: 'pay_1', result: { outcome: 'pending', reference: 'pi_1' } },
  ])
  assert.deepEqual(stub.lines, [
    'warn The payment pi_1 has the status "blessed", which this plugin does not know.',
  ])
})

test('an authorisation is told with what can be captured', async (t) => {
  const intent = { id: 'pi_1', object: 'payment_intent', status: 'requires_capture', currency: 'isk' }
  const stub = await openStub(t, { ...intent, amount_capturable: 199_000, metadata: { payment_id: 'pay_1' } })
  assert.deepEqual(await stub.tell('payment_intent.amount_capturable_updated'), [
    {
      fact: 'payment',
      payment_id: 'pay_1',
      result: { outcome: 'authorised', reference: 'pi_1', amount: { minor: '1990', currency: 'ISK' } },
    },
  ])
})

test('a payment cancelled at Stripe is cancelled', async (t) => {
  const stub = await openStub(t, {
    id: 'pi_1',
    status: 'canceled',
    cancellation_reason: 'abandoned',
    metadata: { payment_id: 'pay_1' },
  })
  assert.deepEqual(await stub.tell('payment_intent.canceled'), [
    {
      fact: 'payment',
      payment_id: 'pay_1',
      result: { outcome: 'cancelled', reference: 'pi_1', reason: 'abandoned' },
    },
  ])
})

test('a refund of an unknown status is pending', async (t) => {
  const stub = await openStub(t, {
    id: 're_1',
    status: 'blessed',
    amount: 100,
    currency: 'eur',
    payment_intent: 'pi_1',
    metadata: {},
  })
  assert.deepEqual(await stub.tell('refund.created'), [
    {
      fact: 'refund',
      payment_reference: 'pi_1',
      amount: { minor: '100', currency: 'EUR' },
      result: { outcome: 'pending', reference: 're_1' },
    },
  ])
})

const dispute = {
  id: 'du_1',
  amount: 100,
  currency: 'eur',
  payment_intent: 'pi_1',
  reason: 'fraudulent',
  evidence_details: { due_by: null },
}

test('a dispute of an unknown status is not booked', async (t) => {
  const unknown = await openStub(t, { ...dispute, status: 'blessed' })
  assert.deepEqual(await unknown.tell('charge.dispute.updated'), [
    { fact: 'ignored', reason: 'The status "blessed" is not known.' },
  ])
  assert.equal(unknown.lines.length, 1)
})

test('a prevented dispute is closed', async (t) => {
  const prevented = await openStub(t, { ...dispute, status: 'prevented' })
  assert.deepEqual(await prevented.tell('charge.dispute.created'), [
    {
      fact: 'dispute',
      reference: 'du_1',
      payment_reference: 'pi_1',
      amount: { minor: '100', currency: 'EUR' },
      status: 'closed',
      reason: 'fraudulent',
    },
  ])
})

test('a mandate that ended refuses its method for good, with a reason for its holder', async (t) => {
  const ended = await openStub(t, { id: 'mandate_1', status: 'inactive', payment_method: 'pm_1' })
  assert.deepEqual(await ended.tell('mandate.updated'), [
    {
      ...{ fact: 'method_refused', method: 'pm_1', code: 'mandate_revoked' },
      message: 'The mandate for this account is no longer valid. Please add another way to pay.',
    },
  ])
})

test('a mandate that holds is ignored', async (t) => {
  const holding = await openStub(t, { id: 'mandate_1', status: 'active', payment_method: 'pm_1' })
  assert.deepEqual(await holding.tell('mandate.updated'), [
    { fact: 'ignored', reason: 'The mandate still holds.' },
  ])
})
