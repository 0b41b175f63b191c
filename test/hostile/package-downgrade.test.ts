// Isolate life, verify: versions never go down unasked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: an old version with a known hole is not put back, as a pre-release neither (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      await registry.install(registry.signed(registry.parcel('1.1.0')))
      for (const version of ['1.0.9', '1.1.0-rc.1'])
        await assert.rejects(registry.install(registry.signed(registry.parcel(version))), {
          code: 'plugin.version_lower',
        })
      assert.deepEqual(await registry.installed(), ['parcel 1.1.0'])
    } finally {
      await registry.close()
    }
  })
