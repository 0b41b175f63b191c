import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stripe } from 'stripe'
import { signPayload } from '../../../simulators/stripe/index.ts'

const SECRET = 'whsec_4f9c2a7be1d34c58a06b7d2e9f1083c5'
const BODY =
  '{"id":"evt_1SxGw0001TestA","object":"event","api_version":"2026-10-28.endive","created":1789999990,"data":{"object":{"id":"pi_3SxGw0001TestA","object":"payment_intent","amount":150000,"amount_received":150000,"currency":"usd","latest_charge":"ch_3SxGw0001TestA","metadata":{"payment_ref":"pay_01TESTA"},"status":"succeeded"}},"livemode":false,"type":"payment_intent.succeeded"}'
const HEADER = 't=1790000000,v1=ded5389d9049907f60e980266632f592c61a0bc112a9f596977b37e4bf02f248'

test('the worked vector is signed exactly', () => {
  assert.equal(Buffer.byteLength(BODY), 377)
  assert.equal(signPayload(BODY, SECRET, 1790000000), HEADER)
})

test('another amount has another signature', () => {
  assert.equal(
    signPayload(BODY.replace('"amount_received":150000', '"amount_received":150001'), SECRET, 1790000000),
    't=1790000000,v1=4af104e7f2633485cb37b98266635e8216f757d19b4b8d0ce0a0190ac21f2378',
  )
})

test('a rolled secret signs the same body otherwise', () => {
  assert.equal(
    signPayload(BODY, 'whsec_old_0000000000000000000000000000', 1790000000),
    't=1790000000,v1=7321bca5a0f19eed5a20c4025cff6f2ac174e5ffcc2a9ee398f3c55953ebde2e',
  )
})

test('the official package accepts the header until 300 s have passed', () => {
  const { webhooks } = new Stripe('sk_test_x')
  const at = (second: number) => webhooks.constructEvent(BODY, HEADER, SECRET, 300, undefined, second * 1000)
  assert.equal(at(1790000300).id, 'evt_1SxGw0001TestA')
  assert.throws(() => at(1790000301), /Timestamp outside the tolerance zone/)
})
