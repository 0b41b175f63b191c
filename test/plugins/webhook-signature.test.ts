import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { checkWebhookSignature, type HmacScheme } from '../../core/plugins/index.ts'

const SECRET = 'whsec_4f9c2a7be1d34c58a06b7d2e9f1083c5'
const T = 1_790_000_000
const RIGHT = 'ded5389d9049907f60e980266632f592c61a0bc112a9f596977b37e4bf02f248'
const FROM_OLD_SECRET = '7321bca5a0f19eed5a20c4025cff6f2ac174e5ffcc2a9ee398f3c55953ebde2e'
const BODY =
  '{"id":"evt_1SxGw0001TestA","object":"event","api_version":"2026-10-28.endive","created":1789999990,"data":{"object":{"id":"pi_3SxGw0001TestA","object":"payment_intent","amount":150000,"amount_received":150000,"currency":"usd","latest_charge":"ch_3SxGw0001TestA","metadata":{"payment_ref":"pay_01TESTA"},"status":"succeeded"}},"livemode":false,"type":"payment_intent.succeeded"}'

const scheme: HmacScheme = {
  scheme: 'hmac',
  header: 'Stripe-Signature',
  algorithm: 'sha256',
  signed: '{t}.{body}',
  tolerance: 300,
  secret: 'webhook_secret',
  event_id: 'id',
}

interface Case {
  what: string
  header?: string
  body?: string
  secret?: string
  now?: number
  expected: string
}
const cases: Case[] = [
  { what: 'the worked vector, 300 s old', now: T + 300, expected: 'valid' },
  { what: 'the worked vector, 301 s old', now: T + 301, expected: 'too_old' },
  { what: 'a timestamp 300 s ahead', now: T - 300, expected: 'valid' },
  { what: 'a timestamp 301 s ahead', now: T - 301, expected: 'in_the_future' },
  {
    what: 'another amount',
    body: BODY.replace('amount_received":150000', 'amount_received":150001'),
    expected: 'mismatch',
  },
  { what: 'a rolled secret, new one', header: `t=${T},v1=${FROM_OLD_SECRET},v1=${RIGHT}`, expected: 'valid' },
  {
    what: 'a rolled secret, old one',
    header: `t=${T},v1=${FROM_OLD_SECRET},v1=${RIGHT}`,
    secret: 'whsec_old_0000000000000000000000000000',
    expected: 'valid',
  },
  { what: 'only v0', header: `t=${T},v0=${RIGHT}`, expected: 'malformed' },
  { what: 'v1 before t and unknown fields', header: `v1=${RIGHT},x=1,t=${T}`, expected: 'valid' },
  { what: 'upper-case hex', header: `t=${T},v1=${RIGHT.toUpperCase()}`, expected: 'mismatch' },
  { what: 'a blank after the comma', header: `t=${T}, v1=${RIGHT}`, expected: 'malformed' },
  { what: 'no timestamp', header: `v1=${RIGHT}`, expected: 'malformed' },
  { what: 'an empty header', header: '', expected: 'no_header' },
  { what: 'a secret with a line end', secret: `${SECRET}\n`, expected: 'mismatch' },
  { what: 'an empty secret', secret: '', expected: 'no_secret' },
]
for (const { what, header, body, secret, now, expected } of cases) {
  test(`Stripe's form: ${what} is ${expected}`, () => {
    const delivery = { body: body ?? BODY, headers: { 'stripe-signature': header ?? `t=${T},v1=${RIGHT}` } }
    const answer = checkWebhookSignature(scheme, delivery, secret ?? SECRET, (now ?? T) * 1_000)
    const right =
      expected === 'valid'
        ? { verdict: 'valid', eventId: 'evt_1SxGw0001TestA' }
        : { verdict: 'refused', reason: expected }
    assert.deepEqual(answer, right)
  })
}

test('a plain header is the signature of the body; the id may lie deep', () => {
  const plain: HmacScheme = {
    scheme: 'hmac',
    header: 'X-Signature',
    algorithm: 'sha512',
    encoding: 'base64',
    signed: '{header:x-time}{body}',
    secret: 's',
    event_id: '/data/id',
  }
  const body = '{"data":{"id":7}}'
  const signature = createHmac('sha512', 'key').update(`5${body}`).digest('base64')
  const check = (time: string | undefined) =>
    checkWebhookSignature(plain, { body, headers: { 'x-signature': signature, 'x-time': time } }, 'key', 0)
  assert.deepEqual(check('5'), { verdict: 'valid', eventId: '7' })
  assert.deepEqual(check('6'), { verdict: 'refused', reason: 'mismatch' })
  assert.deepEqual(check(undefined), { verdict: 'refused', reason: 'malformed' })
})
