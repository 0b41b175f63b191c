// Limits: the headers of an answer have 32 KiB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: an outside service that answers with endless headers is not heard out', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(200, { a: 'x'.repeat(40_000) }).end('ok'),
  )
  try {
    const code = `return fetch('https://api.example.com/').then((r) => 'heard', (error) => error.code)`
    const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
    const means = { outbound: { 'api.example.com': outside.origin } }
    await attack('huge-headers', { code, manifest, means }, ({ report }) => assert.equal(report, 'E_NETWORK'))
  } finally {
    outside.close()
  }
})
