// Isolate life, verify: the author key is pinned.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: another author does not take over a plugin, signed or unsigned (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      await registry.install(registry.signed(registry.parcel('1.0.0')))
      const other = registry.signed(registry.parcel('1.1.0'), 'stranger')
      await assert.rejects(registry.install(other), { code: 'plugin.author_changed' })
      const bare = registry.install(registry.parcel('1.1.0'), { allow_unsigned: true })
      await assert.rejects(bare, { code: 'plugin.author_changed' })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
