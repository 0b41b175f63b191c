// Permissions, the broker's fetch: each hop must be https.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a redirect does not lead from https to http', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'http://api.example.com/' }).end(),
  )
  try {
    const code = `return fetch('https://api.example.com/', {}).then((r) => String(r.status), (error) => error.code + ' ' + error.message)`
    const manifest = { permissions: { network: [{ host: 'api.example.com', redirects: true }] } }
    const means = { outbound: { 'api.example.com': outside.origin, 'cdn.example.com': outside.origin } }
    await attack(
      'redirect-to-plain',
      { code, manifest, means, secretValues: { api_key: 'k' } },
      ({ report }) => {
        assert.equal(report, 'E_DENIED Only https is permitted, not "http".')
      },
    )
  } finally {
    outside.close()
  }
})
