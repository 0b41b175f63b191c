import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import {
  bundlePlugin,
  checkWebhookSignature,
  readManifest,
  type PluginInstance,
} from '../../../core/plugins/index.ts'
import type { PaymentOutcome } from '../../../sdk/index.ts'
import { startStripe, type StripeSimulator } from '../../../simulators/stripe/index.ts'
import { openBench, type Bench } from '../../../test/plugins/support/setup.ts'
import { card, charge, eur, narrowed, NOW, payment, visit } from './open-shop.ts'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const SECRET = 'whsec_shop'

let stripe: StripeSimulator
let bench: Bench
let instance: PluginInstance

before(async () => {
  stripe = await startStripe({ clock: () => NOW, settleAfterMs: null })
  bench = openBench({ outbound: { 'api.stripe.com': stripe.url } })
  const manifest = readManifest(await readFile(`${FOLDER}plugin.json`, 'utf8'), 'stripe/plugin.json')
  const bundle = await bundlePlugin(FOLDER, join(tmpdir(), 'berth-test-plugins'))
  instance = bench.instance(
    { manifest, bundle },
    { secretValues: { api_key: stripe.secretKey, webhook_secret: SECRET } },
  )
})
after(async () => {
  bench.plugins.stop()
  await stripe.close()
})

const call = <T>(operation: string, input: object) =>
  bench.plugins.call(instance, 'gateway', operation, { input, deadlineMs: 30_000 }) as Promise<T>

test('a sale, a renewal, a refund and an event run inside the sandbox', async () => {
  const order = { ...payment({ save_method: true }), cancel_url: 'https://shop.example/cancelled' }
  const page = narrowed(await call<PaymentOutcome>('start_payment', order), 'needs_client')
  await visit(String(page.url), card('4242424242424242'))
  const look = { payment_id: 'pay_1', idempotency_key: 'pay_1:1', reference: page.reference }
  const paid = narrowed(await call<PaymentOutcome>('look_up', look), 'succeeded')
  assert.deepEqual([paid.amount, paid.saved_method?.label], [eur('4900'), 'Visa 4242'])

  const saved = { customer: page.customer ?? '', method: paid.saved_method?.reference ?? '' }
  const again = charge(saved, { payment_id: 'pay_2', idempotency_key: 'pay_2:1' })
  const renewed = narrowed(await call<PaymentOutcome>('charge_method', again), 'succeeded')
  const refund = {
    refund_id: 'rfd_1',
    idempotency_key: 'rfd_1:1',
    reference: renewed.reference,
    amount: eur('4900'),
    reason: 'Cancelled',
  }
  assert.equal((await call<{ outcome: string }>('refund', refund)).outcome, 'succeeded')
  assert.deepEqual(await call('remove_method', { idempotency_key: 'remove_1', method: saved.method }), {
    outcome: 'removed',
  })
})

test('an event signed with a secret that the plugin does not hold is checked twice and read', async () => {
  const event = stripe.control.state().events.find(({ type }) => type === 'payment_intent.succeeded')
  const body = JSON.stringify(event)
  const t = Math.floor(NOW / 1_000)
  const signature = createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex')
  const headers = { 'stripe-signature': `t=${t},v1=${signature}` }
  const scheme = instance.plugin.manifest.webhooks?.[0]
  assert.ok(scheme?.scheme === 'hmac')
  assert.deepEqual(checkWebhookSignature(scheme, { body, headers }, SECRET, NOW), {
    verdict: 'valid',
    eventId: event?.id,
  })
  const { facts } = await call<{ facts: { payment_id?: string }[] }>('handle_event', {
    body,
    headers,
    verified: false,
  })
  assert.deepEqual(
    facts.map(({ payment_id: id }) => id),
    ['pay_1'],
  )
})

test('a decline is an answer; a lost answer is an unknown outcome that look_up settles', async () => {
  const { id: customer = '' } = stripe.control.state().customers[0] ?? {}
  const method = stripe.control.saveCard({ customer, number: '4000000000009995' }).id
  const poor = charge({ customer, method }, { payment_id: 'pay_3', idempotency_key: 'pay_3:1' })
  const declined = narrowed(await call<PaymentOutcome>('charge_method', poor), 'declined')
  assert.deepEqual([declined.code, declined.retry], ['insufficient_funds', 'later'])

  const good = stripe.control.saveCard({ customer, number: '4242424242424242' }).id
  const lost = charge({ customer, method: good }, { payment_id: 'pay_4', idempotency_key: 'pay_4:1' })
  stripe.control.loseAnswer({ path: '/v1/payment_intents', method: 'POST', times: 2 })
  await assert.rejects(
    call('charge_method', lost),
    (error: { code?: string; params?: { outcome_unknown?: boolean } }) => {
      assert.deepEqual([error.code, error.params?.outcome_unknown], ['plugin.failed', true])
      return true
    },
  )
  const look = { payment_id: 'pay_4', idempotency_key: 'pay_4:1' }
  const found = narrowed(await call<PaymentOutcome>('look_up', look), 'succeeded')
  assert.deepEqual(narrowed(await call<PaymentOutcome>('charge_method', lost), 'succeeded'), found)
})

test('a debit is saved, sent and refused by its bank inside the sandbox', async () => {
  const { id: customer = '' } = stripe.control.state().customers[0] ?? {}
  const number = 'DE00370400440532011113'
  const method = stripe.control.saveDebit({ customer, type: 'sepa_debit', number }).id
  const order = charge({ customer, method }, { payment_id: 'pay_5', idempotency_key: 'pay_5:1' })
  const sent = narrowed(await call<PaymentOutcome>('charge_method', order), 'pending')
  stripe.control.settle()
  const tell = async (type: string) => {
    const event = stripe.control.state().events.findLast((one) => one.type === type)
    const input = { body: JSON.stringify(event), headers: {}, verified: true }
    return (await call<{ facts: object[] }>('handle_event', input)).facts
  }
  const message = 'The account has been closed. Please add another way to pay.'
  const declined = { outcome: 'declined', code: 'account_closed', message, retry: 'new_method' }
  const result = { ...declined, reference: sent.reference }
  assert.deepEqual(await tell('payment_intent.payment_failed'), [
    { fact: 'payment', payment_id: 'pay_5', result },
  ])
  stripe.control.revokeMandate({ method })
  const [refused] = (await tell('mandate.updated')) as { fact: string; method: string }[]
  assert.deepEqual([refused?.fact, refused?.method], ['method_refused', method])
})
