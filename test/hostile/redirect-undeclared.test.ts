// Permissions, the broker's fetch: no redirect unless it is declared.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a redirect that the manifest does not declare is not followed', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'https://api.example.com/b' }).end(),
  )
  try {
    const code = `return fetch('https://api.example.com/', {}).then((r) => String(r.status), (error) => error.code + ' ' + error.message)`
    const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
    const means = { outbound: { 'api.example.com': outside.origin, 'cdn.example.com': outside.origin } }
    await attack(
      'redirect-undeclared',
      { code, manifest, means, secretValues: { api_key: 'k' } },
      ({ report }) => {
        assert.equal(
          report,
          'E_DENIED "api.example.com" redirects, which its entry in permissions.network of plugin.json does not allow.',
        )
      },
    )
  } finally {
    outside.close()
  }
})
