// Limits: an answer has 4 MiB after it was unpacked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: six megabytes of zeros in a few kilobytes are refused while they are unpacked', async () => {
  const packed = gzipSync(Buffer.alloc(6_000_000))
  const outside = await openLoopback((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
  )
  try {
    const code = `return fetch('https://api.example.com/').catch((error) => error.code + ' ' + error.message)`
    const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
    const means = { outbound: { 'api.example.com': outside.origin } }
    await attack('unpacking-bomb', { code, manifest, means }, ({ report }) =>
      assert.equal(report, 'E_LIMIT The answer has more than 4194304 bytes.'),
    )
  } finally {
    outside.close()
  }
})
