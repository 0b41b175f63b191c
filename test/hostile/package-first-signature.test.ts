// Isolate life, verify: whoever signs first what nobody signed is a new author.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: an unsigned plugin is not taken over by the first key that comes (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      await registry.install(registry.parcel('1.0.0'), { allow_unsigned: true })
      const foreign = registry.signed(registry.parcel('1.1.0'), 'stranger')
      await assert.rejects(registry.install(foreign), {
        code: 'plugin.author_changed',
        message: /by nobody until now/,
      })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
