// Permissions, the broker's fetch: framing and routing are not the plugin's to choose.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a plugin sets neither the host nor the length of what it sends, and no line end in a header', async () => {
  const outside = await openLoopback((_request, response) => response.end('ok'))
  try {
    const code = `
      const headers = { host: 'evil.example.org', 'content-length': '1', 'transfer-encoding': 'chunked', connection: 'upgrade' }
      await fetch('https://api.example.com/', { method: 'POST', body: 'abc', headers })
      try { await fetch('https://api.example.com/', { headers: { a: 'b\\r\\nc: d' } }) } catch (error) { return error.name }`
    const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
    const means = { outbound: { 'api.example.com': outside.origin } }
    await attack('header-smuggling', { code, manifest, means }, ({ report }) => {
      assert.equal(report, 'TypeError')
      const [sent, ...more] = outside.seen
      assert.deepEqual(
        [sent?.headers.host, sent?.headers['content-length'], sent?.body],
        ['api.example.com', '3', 'abc'],
      )
      assert.deepEqual(
        [sent?.headers['transfer-encoding'], sent?.headers.connection, more],
        [undefined, 'close', []],
      )
    })
  } finally {
    outside.close()
  }
})
