// Permissions, the broker's fetch: each hop is checked anew.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a declared redirect does not lead to an address inside', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'https://169.254.169.254/latest/meta-data/' }).end(),
  )
  try {
    const code = `return fetch('https://api.example.com/', {}).then((r) => String(r.status), (error) => error.code + ' ' + error.message)`
    const manifest = { permissions: { network: [{ host: 'api.example.com', redirects: true }] } }
    const means = { outbound: { 'api.example.com': outside.origin, 'cdn.example.com': outside.origin } }
    await attack(
      'redirect-inwards',
      { code, manifest, means, secretValues: { api_key: 'k' } },
      ({ report }) => {
        assert.equal(
          report,
          'E_DENIED The host "169.254.169.254" at port 443 is not declared in permissions.network of plugin.json.',
        )
      },
    )
  } finally {
    outside.close()
  }
})
