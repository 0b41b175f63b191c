import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import '../../core/clients/index.ts'
import { recordFinder } from '../../core/app/wire/plugin-records.ts'
import { sql } from '../../core/db/index.ts'
import {
  createInstance,
  exportInstance,
  getInstance,
  importInstance,
  type InstanceData,
} from '../../core/plugins/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { minimalManifest } from './support/setup.ts'

const actor = staffActor(['plugin.*', 'plugin_instance.*'])
const manifest = {
  ...minimalManifest('keeper'),
  settings: {
    ...{ type: 'object', required: ['label', 'key'], additionalProperties: false },
    properties: { label: { type: 'string' }, key: { type: 'string', secret: true } },
  },
  permissions: { storage: { bytes: 100, record_bytes: 20 } },
}

for (const engine of engines) {
  describe(`settings and storage as a file on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    const drained: string[] = []
    const means = {
      ...testMeans(db),
      findRecord: recordFinder(db),
      drain: (id: string) => void drained.push(id),
    }
    const at = means.business.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
    const stamps = { installed_at: at, updated_at: at }
    await db.insert('plugins', [{ id: 'keeper', manifest: JSON.stringify(manifest), ...facts, ...stamps }])
    const make = async (label: string) => {
      const settings = { label, key: `key of ${label}` }
      return (await createInstance(means, { plugin_id: 'keeper', name: label, settings }, actor)).id
    }
    const [from, to] = [await make('from'), await make('to')]
    const entry = (instance: string, record: string, key: string) => ({
      ...{ instance_id: instance, record_id: record, storage_key: key, value: '[1]', bytes: 4 },
      ...{ version: 3, updated_at: at },
    })
    await db.insert('plugin_storage', [
      entry(from, '', 'own'),
      entry(from, 'cli_a', 'note'),
      entry(from, 'cli_elsewhere', 'note'),
      entry(to, '', 'gone'),
    ])
    const rows = () =>
      db.all(sql`
        select record_id, storage_key, value, bytes from plugin_storage where instance_id = ${to}
        order by record_id, storage_key`)
    let data: InstanceData

    test('the file has no secrets', async () => {
      data = await exportInstance(means, { instance_id: from }, actor)
      assert.deepEqual(data, {
        ...{ format: 'berth-instance/1', plugin: 'keeper', version: '1.0.0', settings: { label: 'from' } },
        storage: [
          { record: '', key: 'own', value: [1] },
          { record: 'cli_a', key: 'note', value: [1] },
          { record: 'cli_elsewhere', key: 'note', value: [1] },
        ],
      })
    })

    test('what is of another version, too large or misfits changes nothing', async () => {
      const put = (change: Partial<InstanceData>) =>
        importInstance(means, { instance_id: to, data: { ...data, ...change } }, actor)
      await assert.rejects(put({ version: '1.0.1' }), { code: 'plugin.data_other' })
      await assert.rejects(put({ plugin: 'other' }), { code: 'plugin.data_other' })
      const large = { record: 'cli_a', key: 'k', value: 'x'.repeat(18) }
      await assert.rejects(put({ storage: [large] }), { code: 'plugin.data_too_large' })
      await assert.rejects(put({ settings: {} }), { code: 'input.invalid' })
      await assert.rejects(
        importInstance(means, { instance_id: to, data }, staffActor(['plugin_instance.change'])),
        { code: 'actor.forbidden' },
      )
      assert.deepEqual(await rows(), [{ record_id: '', storage_key: 'gone', value: '[1]', bytes: 4 }])
      assert.deepEqual(drained, [])
    })

    test('it takes the place of what was there; secrets stay, unknown records are left out', async () => {
      const counts = await importInstance(means, { instance_id: to, data }, actor)
      assert.deepEqual(counts, { taken: 2, left_out: 1 })
      assert.deepEqual(await rows(), [
        { record_id: '', storage_key: 'own', value: '[1]', bytes: 6 },
        { record_id: 'cli_a', storage_key: 'note', value: '[1]', bytes: 7 },
      ])
      const versions = sql`select distinct version from plugin_storage where instance_id = ${to}`
      assert.deepEqual(await db.all(versions), [{ version: 4 }], 'above what was there')
      const { settings, name } = await getInstance(db, to)
      assert.deepEqual([JSON.parse(settings), name], [{ label: 'from' }, 'to'])
      const secrets = sql`select name from secrets where owner_id = ${to}`
      assert.deepEqual(await db.all(secrets), [{ name: 'key' }])
      assert.deepEqual(drained, [to])
    })

    test('beside records of another brand an instance of one brand keeps nothing', async () => {
      await db.run(sql`update plugin_instances set brand_id = 'brd_other' where id = ${to}`)
      assert.deepEqual(await importInstance(means, { instance_id: to, data }, actor), {
        taken: 1,
        left_out: 2,
      })
      await db.run(sql`update plugin_instances set brand_id = 'brd_a' where id = ${to}`)
      assert.deepEqual(await importInstance(means, { instance_id: to, data }, actor), {
        taken: 2,
        left_out: 1,
      })
    })
  })
}
