import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import '../../core/clients/index.ts'
import { recordFinder } from '../../core/app/wire/plugin-records.ts'
import { sql } from '../../core/db/index.ts'
import {
  createInstance,
  databaseStorage,
  installPlugin,
  instanceMover,
  loadedPlugins,
  permissionsAsked,
  pluginCalls,
  readPackage,
  writePackage,
} from '../../core/plugins/index.ts'
import { stagedStorage } from '../../core/plugins/registry/staged-storage.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, minimalManifest, openBench } from './support/setup.ts'

const actor = staffActor(['plugin.*', 'plugin_instance.*'])

/** A gateway that answers at once, or slowly; and the step of its next version. */
async function parcel(version: string, move = 'return {}'): Promise<string> {
  const code = `export default {
    gateway: ({ storage, log }) => ({ async test_connection() {
      log.info('pays')
      if (await storage.get('slow')) await new Promise((done) => setTimeout(done, 1_500))
      await storage.set('paid', 1)
      return { ok: true, steps: [{ name: '${version}', ok: true, detail: '' }] } } }),
    upgrade: ({ storage, log }) => ({ async move({ cursor }) { ${move} } }) }`
  const plugin = await loadWritten('payer', { code })
  const manifest = {
    ...{ ...minimalManifest('payer'), version, kinds: { gateway: ['test_connection'] } },
    permissions: { storage: { bytes: 100_000, record_bytes: 100_000 } },
    ...(version === '1.0.0' ? {} : { upgrade: true }),
  }
  return writePackage({ 'plugin.json': JSON.stringify(manifest), 'bundle.js': plugin.bundle.code }, null)
}

for (const engine of engines)
  describe(`payments beside an upgrade that never ends (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const base = testMeans(db)
    const bench = openBench({ storage: databaseStorage(db, base.clock), findRecord: recordFinder(db) })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    let clockMs = 0
    const callMeans = {
      ...{ db, keys: base.keys, plugins: () => bench.plugins, steadyMs: () => clockMs },
      loaded: loadedPlugins(db, () => Promise.resolve(new Map())),
    }
    const calls = pluginCalls(callMeans)
    const means = {
      ...{ ...base, move: instanceMover(callMeans), uses: () => Promise.resolve(0) },
      drain: (id: string) => bench.plugins.drain(id),
    }
    const install = (text: string) => {
      const granted = permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
      return installPlugin(means, { package: text, granted, allow_unsigned: true }, actor)
    }
    let id = ''
    const pay = async () => {
      const told = await calls.call<{ steps: { name: string }[] }>(id, 'gateway', 'test_connection', {})
      return told.steps[0]!.name
    }
    const wards = async () => (await bench.plugins.health()).hosts.map(({ ward }) => ward).sort()
    const until = async (what: () => boolean | Promise<boolean>) => {
      for (let n = 0; !(await what()); n++) {
        assert.ok(n < 500, String(what))
        await wait(20)
      }
    }

    test('go on in a host that the upgrade neither slows nor ends, and nothing of them is lost', async () => {
      await install(await parcel('1.0.0'))
      id = (await createInstance(means, { plugin_id: 'payer', name: 'P', settings: {} }, actor)).id
      assert.equal(await pay(), '1.0.0')
      const burning = `log.info('moves'); await storage.get('paid')
        for (let n = 0; n < 3; n++) { const end = Date.now() + 400; while (Date.now() < end); await storage.get('paid') }
        return { go_on: 'more' }`
      const endless = install(await parcel('2.0.0', burning))
      endless.catch(() => undefined)
      await until(() => bench.lines.some(({ text }) => text === 'moves'))
      for (let n = 0; n < 20; n++) assert.equal(await pay(), '1.0.0')
      assert.deepEqual(await wards(), ['all', `upgrade ${id}`])
      await db.transaction((trx) =>
        trx.run(sql`
          insert into plugin_storage (instance_id, record_id, storage_key, value, bytes, version, updated_at)
          values (${id}, '', 'slow', '1', 5, 1, ${base.clock.now()})`),
      )
      const paid = () => bench.lines.filter(({ text }) => text === 'pays').length
      const before = paid()
      const slow = pay()
      await until(() => paid() > before)
      const { hosts } = await bench.plugins.health()
      for (const { ward, pid } of hosts) if (ward !== 'all') process.kill(pid!, 'SIGKILL')
      await assert.rejects(endless, { code: 'plugin.upgrade_failed', message: /host ended/ })
      assert.equal(await slow, '1.0.0')
      await until(async () => (await wards()).join() === 'all')
    })

    test('and the upgrade is given up after an hour; what serves stays', async () => {
      await db.run(sql`delete from plugin_storage where storage_key = 'slow'`)
      const endless = install(await parcel('2.0.0', `log.info('turns'); return { go_on: 'more' }`))
      endless.catch(() => undefined)
      await until(() => bench.lines.filter(({ text }) => text === 'turns').length > 10)
      clockMs += 3_600_001
      await assert.rejects(endless, { code: 'plugin.upgrade_failed', message: /goes on after an hour/ })
      assert.equal(await pay(), '1.0.0')
      assert.equal(await install(await parcel('2.0.0')).then(({ version }) => version), '2.0.0')
      assert.equal(await pay(), '2.0.0')
      await until(async () => (await wards()).join() === 'all')
    })

    test('an upgrade cannot fill the memory of core with what it writes beside records', async () => {
      const staged = stagedStorage(db, id, 10_000)
      const write = (record: string, bytes: number) =>
        staged.set(
          { instance: id, record, bundle: '0' },
          { key: 'k', value: 1, bytes, ifVersion: undefined, bytesMax: 9_000 },
        )
      for (let n = 0; n < 8; n++) await write(`cli_${n}`, 700)
      const refused = { code: 'E_LIMIT', message: /at most 10000 bytes of an instance/ }
      await assert.rejects(write('cli_8', 700), refused)
      await assert.rejects(write('cli_0', 700), refused)
      const reads = Array.from({ length: 20 }, (_, n) => ({ instance: id, record: `inv_${n}`, bundle: '0' }))
      await assert.rejects(Promise.all(reads.map((at) => staged.get(at, 'k'))), refused)
    })
  })
