// Isolate life, verify: a plugin that comes along has us as its author.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: a package under the name of a bundled plugin does not get its instances without being told (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      await registry.bundled('parcel', '1.0.0')
      const foreign = registry.signed(registry.parcel('9.0.0'), 'stranger')
      await assert.rejects(registry.install(foreign), {
        code: 'plugin.author_changed',
        message: /comes with Berth/,
      })
      const bare = registry.install(registry.parcel('9.0.0'), { allow_unsigned: true })
      await assert.rejects(bare, { code: 'plugin.author_changed' })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
