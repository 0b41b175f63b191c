// Permissions: another use of a secret is another permission.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: an update that wants a digest over a secret asks for it (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      const settings = { type: 'object', properties: { api_key: { type: 'string', secret: true } } }
      const first = registry.parcel('1.0.0', { settings, permissions: { secrets: [{ name: 'api_key' }] } })
      await registry.install(registry.signed(first))
      const wider = { secrets: [{ name: 'api_key', use: ['request', 'digest'] }] }
      const next = registry.signed(registry.parcel('1.1.0', { settings, permissions: wider }))
      await assert.rejects(registry.install(next, { granted: registry.asks(first) }), {
        code: 'plugin.permissions_asked',
        message: /secret api_key for request, digest/,
      })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
