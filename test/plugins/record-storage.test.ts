import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import '../../core/clients/index.ts'
import { recordFinder } from '../../core/app/wire/plugin-records.ts'
import { sql } from '../../core/db/index.ts'
import { databaseStorage } from '../../core/plugins/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, openBench } from './support/setup.ts'

const keeper = await loadWritten('keeper', {
  code: `export default { observe: ({ storage, log }) => ({
    'client.suspended': async ({ subject, body }) => {
      const beside = storage.of(subject)
      const answer = body.write === undefined ? null : await beside.set('note', body.write, body.if).catch((error) => error.code)
      log.info(JSON.stringify([answer, await beside.get('note'), await beside.list('n'), await storage.list(''), await storage.records()]))
    },
  }) }`,
  manifest: {
    ...{ kinds: {}, hooks: ['client.suspended'] },
    permissions: { storage: { bytes: 100, record_bytes: 60 } },
  },
})

for (const engine of engines) {
  describe(`storage beside records on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    const bench = openBench({ storage: databaseStorage(db, means.clock), findRecord: recordFinder(db) })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    await seed(db)
    const at = means.business.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled', manifest: '{}' }
    await db.insert('plugins', [{ id: 'keeper', installed_at: at, updated_at: at, ...facts }])
    const stamps = { status: 'active', created_at: at, updated_at: at }
    const instances = ['plg_k', 'plg_l'].map((id) => bench.instance(keeper, { id }))
    await db.insert(
      'plugin_instances',
      instances.map(({ id }) => ({ id, plugin_id: 'keeper', name: id, settings: '{}', ...stamps })),
    )
    const hear = async (which: number, client: string, body: object): Promise<unknown> => {
      const input = {
        ...{ id: 'evt_1', type: 'client.suspended', version: 1, subject: client, brand_id: 'brd_a' },
        ...{ client_id: client, occurred_at: at, actor: 'usr_1', causes: [], own: false, body },
      }
      await bench.plugins.call(instances[which]!, 'observe', 'client.suspended', {
        ...{ input, deadlineMs: 10_000 },
      })
      return JSON.parse(bench.lines.at(-1)!.text)
    }
    const entry = (value: unknown, version: number) => ({ value, version })

    test('each client has its own values, and each instance too', async () => {
      assert.deepEqual(await hear(0, 'cli_a', { write: 'first' }), [
        ...[1, entry('first', 1), ['note'], [], ['cli_a']],
      ])
      assert.deepEqual(await hear(0, 'cli_b', { write: 'second' }), [
        ...[1, entry('second', 1), ['note'], [], ['cli_a', 'cli_b']],
      ])
      assert.deepEqual(await hear(1, 'cli_a', {}), [null, null, [], [], []])
      assert.deepEqual(await hear(0, 'cli_a', {}), [
        null,
        entry('first', 1),
        ['note'],
        [],
        ['cli_a', 'cli_b'],
      ])
    })

    test('versions and quota hold by record', async () => {
      const [conflict] = (await hear(0, 'cli_a', { write: 'late', if: 0 })) as unknown[]
      const [full] = (await hear(0, 'cli_a', { write: 'x'.repeat(60) })) as unknown[]
      assert.deepEqual([conflict, full], ['E_CONFLICT', 'E_LIMIT'])
      const [written] = (await hear(0, 'cli_b', { write: 'x'.repeat(50), if: 1 })) as unknown[]
      assert.equal(written, 2)
    })

    test('what was kept beside a record goes with it, and nothing else does', async () => {
      const records = () =>
        db.all<{ record_id: string }>(sql`select record_id from plugin_storage order by record_id`)
      const draft = {
        ...{ id: 'inv_gone', client_id: 'cli_a', brand_id: 'brd_a', seller_id: 'sel_a', kind: 'invoice' },
        ...{ status: 'draft', currency: 'EUR', origin: 'manual', due_on: '2026-02-01', locale: 'en' },
        ...{ subtotal_minor: 0n, tax_minor: 0n, total_minor: 0n, seller: '{}', buyer: '{}', evidence: '{}' },
        ...{ prices_include_tax: 0, created_at: at, updated_at: at },
      }
      await db.insert('invoices', [draft])
      await databaseStorage(db, means.clock).set(
        { instance: 'plg_k', record: 'inv_gone', bundle: keeper.bundle.hash },
        { key: 'k', value: 1, bytes: 2, ifVersion: undefined, bytesMax: 60 },
      )
      assert.deepEqual(
        (await records()).map(({ record_id }) => record_id),
        ['cli_a', 'cli_b', 'inv_gone'],
      )
      await db.run(sql`delete from invoices where id = 'inv_gone'`)
      assert.deepEqual(
        (await records()).map(({ record_id }) => record_id),
        ['cli_a', 'cli_b'],
      )
      assert.equal(await recordFinder(db)('inv_gone'), null)
    })

    test('records of every noun are found by their ids, with their clients and brands', async () => {
      const find = recordFinder(db)
      assert.deepEqual(await find('cli_a'), { noun: 'client', clientId: 'cli_a', brandId: 'brd_a' })
      const product = await db.get<{ id: string }>(sql`select id from products order by id limit 1`)
      assert.deepEqual(await find(product!.id), { noun: 'product', clientId: null, brandId: 'brd_a' })
      const none = ['svc_0', 'ord_0', 'inv_0', 'pay_0', 'usr_0', 'cli', '', 'constructor_1']
      for (const id of none) assert.equal(await find(id), null, id)
    })
  })
}
