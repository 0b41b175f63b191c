// Permissions, secrets: a secret goes to the hosts that it is bound to, after a redirect too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a body with a secret does not follow a redirect to a host that may not have it', async () => {
  const outside = await openLoopback((_request, response) =>
    response.writeHead(307, { location: 'https://cdn.example.com/' }).end(),
  )
  try {
    const code = `return fetch('https://api.example.com/', { method: 'POST', body: context.settings.api_key }).then((r) => String(r.status), (error) => error.code + ' ' + error.message)`
    const manifest = {
      permissions: {
        network: [
          { host: 'api.example.com', redirects: true, secrets: ['api_key'] },
          { host: 'cdn.example.com' },
        ],
        secrets: [{ name: 'api_key' }],
      },
      settings: { type: 'object', properties: { api_key: { type: 'string', secret: true } } },
    }
    const means = { outbound: { 'api.example.com': outside.origin, 'cdn.example.com': outside.origin } }
    await attack(
      'redirect-with-secret',
      { code, manifest, means, secretValues: { api_key: 'k' } },
      ({ report }) => {
        assert.equal(report, 'E_DENIED The secret "api_key" is not bound to this host.')
      },
    )
  } finally {
    outside.close()
  }
})
