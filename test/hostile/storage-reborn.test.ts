// Permissions, storage: compare-and-set. A version never comes back: who read an entry before it was removed and written
// anew does not write over the new one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStorage } from '../../core/conformance/memory-storage.ts'
import { systemClock } from '../../core/kernel/index.ts'
import { databaseStorage, type PluginStorage } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const place = { instance: 'plg_a', record: '', bundle: '0' }

async function attackOn(storage: PluginStorage): Promise<unknown[]> {
  const write = (value: string, ifVersion?: number) =>
    storage.set(place, { key: 'a', value, bytes: 10, ifVersion, bytesMax: 1_000 })
  const ends: unknown[] = [await write('old', 0)]
  await storage.remove(place, 'a')
  ends.push(await write('late', 1), await write('new', 0), await write('late', 1))
  await storage.remove(place, 'nothing')
  return [...ends, await write('newer'), await storage.get(place, 'a')]
}

const HELD = [1, 'conflict', 2, 'conflict', 3, { value: 'newer', version: 3 }]

for (const engine of engines)
  test(`rule: a version that was seen once is never given again (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const at = systemClock.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled', manifest: '{}' }
    await db.insert('plugins', [{ id: 'reborn', installed_at: at, updated_at: at, ...facts }])
    const stamps = { status: 'active', created_at: at, updated_at: at }
    await db.insert('plugin_instances', [
      { id: 'plg_a', plugin_id: 'reborn', name: 'a', settings: '{}', ...stamps },
    ])
    assert.deepEqual(await attackOn(databaseStorage(db, systemClock)), HELD)
    await remove()
  })

test('rule: nor is it where the kit judges plugins', async () => {
  assert.deepEqual(await attackOn(memoryStorage()), HELD)
})
