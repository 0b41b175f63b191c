// Permissions: a version that wants more waits.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: an update with one more host is not installed on the grants of before (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      const first = registry.parcel('1.0.0', { permissions: { network: [{ host: 'api.example.com' }] } })
      await registry.install(registry.signed(first))
      const more = { network: [{ host: 'api.example.com' }, { host: 'evil.example.org' }] }
      const next = registry.signed(registry.parcel('1.1.0', { permissions: more }))
      await assert.rejects(registry.install(next, { granted: registry.asks(first) }), {
        code: 'plugin.permissions_asked',
        message: /network evil\.example\.org/,
      })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
