// Limits: what the host process answers while an isolate starts is time of the start.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a top level that has signatures checked without end is over soon', async () => {
  const source = `
    const jwk = { kty: 'RSA', n: '_'.repeat(1365) + '8', e: '_'.repeat(10) + '8' }
    const check = async () => {
      const key = await crypto.subtle.importKey('jwk', jwk, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify'])
      const signature = new Uint8Array(1_024).fill(7)
      for (;;) try { await crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, signature, new Uint8Array(1)) } catch {}
    }
    check()
    export default { gateway: () => ({}) }`
  const manifest = { limits: { start_ms: 500 } }
  await attack(
    'start-with-signatures',
    { source, manifest, deadlineMs: 30_000 },
    ({ failure, message, tookMs }) => {
      assert.equal(failure, 'E_PLUGIN')
      assert.match(message ?? '', /it did not start: It took longer than it may/)
      // Of the processor half a second; the supervisor would end it after ten by the clock, with another word.
      assert.ok(tookMs < 10_000, `took ${tookMs} ms`)
    },
  )
})
