// Isolate life, verify: an unsigned package waits for somebody who takes the risk.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../support/databases.ts'
import { openRegistry } from './registry.ts'

for (const engine of engines)
  test(`rule: nobody installs an unsigned package by accident (${engine})`, async () => {
    const registry = await openRegistry(engine)
    try {
      await assert.rejects(registry.install(registry.parcel('1.0.0')), { code: 'plugin.unsigned' })
      assert.deepEqual(await registry.installed(), [])
      await registry.install(registry.parcel('1.0.0'), { allow_unsigned: true })
      assert.deepEqual(await registry.installed(), ['parcel 1.0.0'])
    } finally {
      await registry.close()
    }
  })
