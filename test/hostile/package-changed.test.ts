// Isolate life, verify: the signature covers the hash of every file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: a signed package with one changed byte is refused, with its hash mended too (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      const signed = registry.signed(registry.parcel('1.0.0'))
      const changed = signed.replace('parcel says', 'parcel does')
      assert.notEqual(changed, signed)
      await assert.rejects(registry.install(changed), {
        code: 'plugin.package_invalid',
        message: /was changed/,
      })
      await assert.rejects(registry.install(registry.rehashed(changed)), { code: 'plugin.signature_wrong' })
      assert.deepEqual(await registry.installed(), [])
    } finally {
      await registry.close()
    }
  })
