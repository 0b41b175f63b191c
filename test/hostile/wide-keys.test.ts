// Bridge rule 10: a signature is checked only against keys whose numbers let that end in a moment.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

const REFUSED = 'verify: A key has at most 8192 bits, and its public exponent 64.'

test('rule: a key with a wide exponent or modulus is refused, at the edge', async () => {
  const code = `
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const wide = (bytes, begin = 0xff) => btoa(String.fromCharCode(begin, ...new Uint8Array(bytes - 1).fill(0xff)))
      .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    const check = async (n, e) => {
      const key = await crypto.subtle.importKey('jwk', { kty: 'RSA', n, e }, algorithm, false, ['verify'])
      return crypto.subtle.verify(algorithm.name, key, new Uint8Array(384).fill(7), new Uint8Array(1)).catch((error) => error.message)
    }
    const keys = [[wide(384), wide(8)], [wide(384), wide(9, 1)], [wide(384), wide(383)], [wide(1_024), wide(8)], [wide(1_025, 1), wide(8)]]
    return Promise.all(keys.map(([n, e]) => check(n, e)))`
  await attack('wide-keys', { code }, ({ report }) => {
    assert.deepEqual(JSON.parse(report ?? '[]'), [false, REFUSED, REFUSED, false, REFUSED])
  })
})
