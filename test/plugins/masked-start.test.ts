import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskedStart, tokenOf } from '../../core/plugins/broker/secrets.ts'

test('a text that is not cut is masked, and nothing of its end is taken for a secret', () => {
  assert.equal(maskedStart('the key is secret-1, se', ['secret-1'], 100), 'the key is •••, se')
})

test('a secret that a cut halves is hidden, wherever it halves it', () => {
  for (let shown = 1; shown <= 8; shown++)
    assert.match(maskedStart(`${'x'.repeat(40 - shown)}secret-1, more`, ['secret-1'], 40), /^x{32,39}•{1,3}$/)
})

test('of two secrets of which one begins the other neither is left', () => {
  assert.equal(maskedStart('abcd-efgh and abcd', ['abcd', 'abcd-efgh'], 100), '••• and •••')
})

test('the longest beginning is hidden where several secrets could go on', () => {
  assert.equal(maskedStart('xxxx abcabc', ['abcabcabc', 'bcdefg'], 11), 'xxxx •••')
})

test('tokens are hidden, and no text is longer than it may be', () => {
  const token = tokenOf(`bsk_${'0'.repeat(24)}`, 'api_key')
  assert.equal(maskedStart(`${token} is a token`, [], 100), '••• is a token')
  assert.equal(maskedStart(`12345678s`, ['secret-1'], 9), '12345678•')
})

test('a megabyte costs no more than its beginning', () => {
  const text = 'secret-'.repeat(200_000)
  const from = performance.now()
  for (let n = 0; n < 100; n++) maskedStart(text, ['secret-1', 'x'.repeat(4_000)], 2_048)
  assert.ok(performance.now() - from < 1_000)
})
