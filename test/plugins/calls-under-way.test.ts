import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import '../../core/billing/index.ts'
import { name, sql } from '../../core/db/index.ts'
import {
  createInstance,
  databaseStorage,
  failureName,
  installPlugin,
  loadedPlugins,
  permissionsAsked,
  pluginCalls,
  removePlugin,
  setInstanceStatus,
  setPluginStatus,
  writePackage,
} from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, minimalManifest, openBench } from './support/setup.ts'

/** Two calls run, and the others wait for them. */
const CALLS = 8
const RUNNING = 2

/** Of calls that meet a removal: what a plugin answered, or that it is gone. */
const OUTCOMES = new Set([
  ...['begun ended', 'begun E_CONFLICT', 'E_CONFLICT E_CONFLICT'],
  ...['plugin.off', 'record.not_found'],
])

/** Writes before and after a while, and says which of both came to pass. */
const code = `export default { gateway: (berth) => ({
  async test_connection() {
    const write = (name) => berth.storage.set(name, 1).then(() => name, (error) => error.code)
    const begun = await write('begun')
    berth.log.info('under way')
    await new Promise((done) => setTimeout(done, 150))
    return { ok: true, steps: [{ name: begun, ok: true, detail: await write('ended') }] }
  },
}) }`

for (const engine of engines)
  describe(`calls under way (${engine})`, { timeout: 60_000 }, async () => {
    const { db, remove } = await makeDatabase(engine)
    const base = testMeans(db)
    const bench = openBench({ storage: databaseStorage(db, base.clock) })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    const means = {
      ...base,
      drain: (id: string) => bench.plugins.drain(id),
      forgive: (id: string) => bench.plugins.forgive(id),
      uses: () => Promise.resolve(0),
    }
    const actor = staffActor(['plugin.*', 'plugin_instance.*'])
    const calls = pluginCalls({
      ...{ db, keys: means.keys, plugins: () => bench.plugins },
      loaded: loadedPlugins(db, () => Promise.resolve(new Map())),
    })
    const plugin = await loadWritten('parcel', { code })
    const manifest = { ...minimalManifest('parcel'), permissions: { storage: { bytes: 1_000 } } }
    const text = writePackage(
      { 'plugin.json': JSON.stringify(manifest), 'bundle.js': plugin.bundle.code },
      null,
    )
    const { manifest: read } = await loadWritten('parcel', { code, manifest })
    const granted = permissionsAsked(read).map(({ key }) => key)
    let instance = ''

    /** "begun ended", or why it failed. */
    const call = (): Promise<string> =>
      calls
        .call<{ steps: { name: string; detail: string }[] }>(instance, 'gateway', 'test_connection', {})
        .then(
          ({ steps: [step] }) => `${step!.name} ${step!.detail}`,
          (error: { code?: string }) => failureName(error) ?? error.code ?? String(error),
        )
    /** Two of them run, and the others wait. */
    const underWay = async (): Promise<Promise<string>[]> => {
      bench.lines.length = 0
      const all = Array.from({ length: CALLS }, call)
      while (bench.lines.length < RUNNING) await wait(5)
      return all
    }
    const everyone = (word: string) => Array.from({ length: CALLS }, () => word)

    beforeEach(async () => {
      await installPlugin(means, { package: text, granted, allow_unsigned: true }, actor)
      instance = (await createInstance(means, { plugin_id: 'parcel', name: 'Parcel', settings: {} }, actor))
        .id
      assert.equal(await call(), 'begun ended')
    })

    test('end with their answers when the plugin is switched off, and none begins after it', async () => {
      const all = await underWay()
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'disabled' }, actor)
      assert.equal(await call(), 'plugin.off')
      assert.deepEqual(await Promise.all(all), everyone('begun ended'))
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'enabled' }, actor)
      assert.equal(await call(), 'begun ended')
    })

    test('end with their answers when the plugin is switched off and on again at once', async () => {
      const all = await underWay()
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'disabled' }, actor)
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'enabled' }, actor)
      all.push(call())
      assert.deepEqual(await Promise.all(all), [...everyone('begun ended'), 'begun ended'])
    })

    test('end with their answers when their instance is switched off, and others of the plugin go on', async () => {
      const other = (await createInstance(means, { plugin_id: 'parcel', name: 'Other', settings: {} }, actor))
        .id
      const all = await underWay()
      await setInstanceStatus(means, { instance_id: instance, status: 'disabled' }, actor)
      assert.equal(await call(), 'plugin.off')
      instance = other
      assert.equal(await call(), 'begun ended')
      assert.deepEqual(await Promise.all(all), everyone('begun ended'))
    })

    test('each have an outcome when the plugin is removed, and nothing of what they keep stays', async () => {
      const all = await underWay()
      await removePlugin(means, { plugin_id: 'parcel' }, actor)
      assert.equal(await call(), 'record.not_found')
      const answers = await Promise.all(all)
      for (const answer of answers) assert.ok(OUTCOMES.has(answer), answer)
      assert.ok(answers.includes('begun E_CONFLICT'), 'one was cut off from its storage')
      assert.ok(answers.includes('E_CONFLICT E_CONFLICT'), 'one waited and ran all the same')
      for (const table of ['plugin_storage', 'plugin_instances', 'plugins'])
        assert.deepEqual(await db.all(sql`select * from ${name(table)}`), [], table)
      assert.deepEqual(
        bench.incidents.map(({ kind, detail }) => `${kind}: ${detail}`),
        [],
      )
    })

    test('each have an outcome when they write while the plugin is removed', async () => {
      for (let n = 0; n < 4; n++) {
        const all = await underWay()
        await wait(40 * n)
        const removing = removePlugin(means, { plugin_id: 'parcel' }, actor)
        all.push(...Array.from({ length: 4 }, call))
        await removing
        for (const answer of await Promise.all(all)) assert.ok(OUTCOMES.has(answer), answer)
        assert.deepEqual(await db.all(sql`select id from plugins`), [])
        await installPlugin(means, { package: text, granted, allow_unsigned: true }, actor)
        instance = (await createInstance(means, { plugin_id: 'parcel', name: 'Parcel', settings: {} }, actor))
          .id
      }
    })
  })
