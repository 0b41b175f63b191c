// Permissions: an update that takes webhooks unchecked asks for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: an update does not quietly drop the check of its webhooks (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      const settings = { type: 'object', properties: { hook_key: { type: 'string', secret: true } } }
      const checked = {
        scheme: 'hmac',
        header: 'X',
        algorithm: 'sha256',
        signed: '{body}',
        secret: 'hook_key',
        event_id: 'id',
      }
      const first = registry.parcel('1.0.0', { settings, webhooks: [checked] })
      await registry.install(registry.signed(first))
      const next = registry.signed(registry.parcel('1.1.0', { settings, webhooks: [{ scheme: 'none' }] }))
      await assert.rejects(registry.install(next, { granted: registry.asks(first) }), {
        code: 'plugin.permissions_asked',
        message: /webhook unchecked/,
      })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
