// Permissions, storage: the quota holds for writers at the same moment.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../core/kernel/index.ts'
import { databaseStorage } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

for (const engine of engines)
  test(`rule: sixteen writes at once do not get past the quota together (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const at = systemClock.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled', manifest: '{}' }
    await db.insert('plugins', [{ id: 'flood', installed_at: at, updated_at: at, ...facts }])
    const stamps = { status: 'active', created_at: at, updated_at: at }
    await db.insert('plugin_instances', [
      { id: 'plg_a', plugin_id: 'flood', name: 'a', settings: '{}', ...stamps },
    ])
    const storage = databaseStorage(db, systemClock)
    const place = { instance: 'plg_a', record: '', bundle: '0' }
    const write = (_: unknown, n: number) =>
      storage.set(place, { key: `k${n}`, value: 'x', bytes: 100, ifVersion: undefined, bytesMax: 350 })
    const ends = await Promise.all(Array.from({ length: 16 }, write))
    assert.equal(ends.filter((end) => end === 'full').length, 13)
    assert.equal((await storage.list(place, '', 100)).length, 3)
    await remove()
  })
