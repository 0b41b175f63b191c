// Permissions, the broker's fetch: at most three hops.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: redirects in a circle end after three', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'https://api.example.com/' }).end(),
  )
  try {
    const code = `return fetch('https://api.example.com/', {}).then((r) => String(r.status), (error) => error.code + ' ' + error.message)`
    const manifest = { permissions: { network: [{ host: 'api.example.com', redirects: true }] } }
    const means = { outbound: { 'api.example.com': outside.origin, 'cdn.example.com': outside.origin } }
    await attack(
      'redirect-circle',
      { code, manifest, means, secretValues: { api_key: 'k' } },
      ({ report }) => {
        assert.equal(report, 'E_NETWORK More than 3 redirects.')
        assert.equal(outside.seen.length, 4, 'the first request and three hops')
      },
    )
  } finally {
    outside.close()
  }
})
