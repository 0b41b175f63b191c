import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { loadFixture, openBench, type Bench } from './support/setup.ts'
import type { PluginInstance } from '../../core/plugins/index.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

const seen: Seen[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  seen.push({ method: request.method, url: request.url, headers: request.headers, body })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ id: 'pi_probe', object: 'payment_intent', status: 'succeeded' }))
})

const SECRET = 'whsec_4f9c2a7be1d34c58a06b7d2e9f1083c5'
const EVENT =
  '{"id":"evt_1SxGw0001TestA","object":"event","api_version":"2026-10-28.endive","created":1789999990,"data":{"object":{"id":"pi_3SxGw0001TestA","object":"payment_intent","amount":150000,"amount_received":150000,"currency":"usd","latest_charge":"ch_3SxGw0001TestA","metadata":{"payment_ref":"pay_01TESTA"},"status":"succeeded"}},"livemode":false,"type":"payment_intent.succeeded"}'
const SIGNATURE = 't=1790000000,v1=ded5389d9049907f60e980266632f592c61a0bc112a9f596977b37e4bf02f248'

let bench: Bench
let instance: PluginInstance
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  bench = openBench({ outbound: { 'api.stripe.com': `http://127.0.0.1:${port}` } })
  instance = bench.instance(await loadFixture('stripe-probe'), {
    secretValues: { api_key: 'sk_test_value', webhook_secret: SECRET },
  })
})
after(() => {
  bench.plugins.stop()
  server.close()
})

test('the unmodified stripe package makes a request whose key only the broker knows', async () => {
  const answer = await bench.plugins.call(instance, 'gateway', 'test_connection', {
    input: {},
    deadlineMs: 15_000,
  })
  assert.deepEqual(answer, { ok: true, steps: [{ name: 'create', ok: true, detail: 'pi_probe succeeded' }] })
  const [request] = seen
  assert.equal(request?.method, 'POST')
  assert.equal(request?.url, '/v1/payment_intents')
  assert.equal(request?.headers.authorization, 'Bearer sk_test_value')
  assert.equal(request?.headers.host, 'api.stripe.com')
  assert.equal(request?.headers['idempotency-key'], 'pay_probe')
  assert.equal(request?.body, 'amount=1500&currency=eur&metadata[note]=Gr%C3%BC%C3%9Fe%20%26%20100%20%25')
})

test('the unmodified stripe package checks a webhook with a secret it does not hold', async () => {
  const deliver = (body: string) =>
    bench.plugins.call(instance, 'gateway', 'handle_event', {
      input: {
        body,
        headers: { 'stripe-signature': SIGNATURE, 'x-received-ms': '1790000000000' },
        verified: false,
      },
      deadlineMs: 15_000,
    })
  assert.deepEqual(await deliver(EVENT), {
    facts: [{ fact: 'ignored', reason: 'evt_1SxGw0001TestA payment_intent.succeeded' }],
  })
  await assert.rejects(deliver(EVENT.replace('150000,"currency', '150001,"currency')), {
    code: 'plugin.failed',
    message: /No signatures found matching the expected signature/,
  })
})
