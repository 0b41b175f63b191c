import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import {
  createInstance,
  inspectPackage,
  installPlugin,
  loadedPlugins,
  makeAuthorKey,
  permissionsAsked,
  pluginCalls,
  readPackage,
  removePlugin,
  rollBackPlugin,
  setPluginStatus,
  signPackage,
  writePackage,
  type LoadedPlugin,
} from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, minimalManifest, openBench } from './support/setup.ts'

const author = makeAuthorKey()
const stranger = makeAuthorKey()
const code = (says: string) => `export default { gateway: () => ({
  async test_connection() { return { ok: true, steps: [{ name: 'version', ok: true, detail: '${says}' }] } },
}) }`

const SLOW_MS = 80
const SLOW = (says: string) =>
  code(says).replace('return', `await new Promise((done) => setTimeout(done, ${SLOW_MS})); return`)

/** A package whose connection test tells its version. */
async function parcel(version: string, change: object = {}, text = code(version)): Promise<string> {
  const plugin = await loadWritten('parcel', { code: text })
  const manifest = {
    ...minimalManifest('parcel'),
    version,
    kinds: { gateway: ['test_connection'] },
    ...change,
  }
  return writePackage({ 'plugin.json': JSON.stringify(manifest), 'bundle.js': plugin.bundle.code }, null)
}
const signed = (text: string, by = author) => signPackage(readPackage(text), by.privatePem)
const all = (text: string) => permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
const refused = (promise: Promise<unknown>, wanted: string) => assert.rejects(promise, { code: wanted })

for (const engine of engines) {
  describe(`the life of a plugin on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const bench = openBench()
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    let uses = 0
    const drained: string[] = []
    const shipped = new Map<string, LoadedPlugin>()
    const means = {
      ...testMeans(db),
      drain: (id: string) => (drained.push(id), bench.plugins.drain(id)),
      uses: () => Promise.resolve(uses),
      shipped: (id: string) => Promise.resolve(shipped.get(id)),
    }
    const actor = staffActor(['plugin.*', 'plugin_instance.*'])
    const install = (text: string, more: object = {}) =>
      installPlugin(means, { package: text, granted: all(text), ...more }, actor)
    /** A process that has called nothing so far. */
    const process = () =>
      pluginCalls({
        db,
        keys: means.keys,
        plugins: () => bench.plugins,
        loaded: loadedPlugins(db, () => Promise.resolve(shipped)),
      })
    const first = process()
    const running = async (instance: string, calls = first) => {
      const report = await calls.call<{ steps: { detail: string }[] }>(
        instance,
        'gateway',
        'test_connection',
        {},
      )
      return report.steps[0]!.detail
    }
    const rows = () => db.all(sql`select version, source from plugins`)
    let instance = ''

    test('unsigned packages, missing grants and foreign signatures change nothing', async () => {
      const text = await parcel('1.0.0', { permissions: { network: [{ host: 'api.example.com' }] } })
      await refused(install(text), 'plugin.unsigned')
      await refused(install(signed(text), { granted: [] }), 'plugin.permissions_asked')
      const moved = writePackage(
        { ...readPackage(text).files, 'README.md': 'changed' },
        readPackage(signed(text)).signature,
      )
      await refused(install(moved), 'plugin.signature_wrong')
      await refused(install(signed(await parcel('1.0.0', { sdk: '2' }))), 'plugin.sdk_unknown')
      const hooks = signed(await parcel('1.0.0', { hooks: ['invoice.payed'] }))
      await assert.rejects(install(hooks), {
        code: 'plugin.hooks_unknown',
        message: /did you mean invoice\.paid/,
      })
      await refused(
        installPlugin(means, { package: signed(text), granted: [] }, staffActor(['client.*'])),
        'actor.forbidden',
      )
      assert.deepEqual(await rows(), [])
    })

    test('a signed one is installed, set up and called', async () => {
      const text = signed(await parcel('1.0.0'))
      assert.deepEqual(await install(text), { id: 'parcel', version: '1.0.0' })
      instance = (await createInstance(means, { plugin_id: 'parcel', name: 'Parcel', settings: {} }, actor))
        .id
      assert.equal(await running(instance), '1.0.0')
    })

    test('an update that asks for more waits for its grant, and the old version goes on', async () => {
      const text = signed(await parcel('1.1.0', { permissions: { storage: { bytes: 1000 } } }))
      const report = await inspectPackage(db, text)
      assert.deepEqual(
        [report.lower, report.authorChanged, report.added.map(({ key }) => key)],
        [false, false, ['storage 1000']],
      )
      await refused(install(text, { granted: [] }), 'plugin.permissions_asked')
      assert.equal(await running(instance), '1.0.0')
      await install(text)
      assert.deepEqual(drained, [instance])
      assert.equal(await running(instance), '1.1.0')
    })

    test('calls under way end with the old version, and none is lost', async () => {
      const under = Array.from({ length: 6 }, () => running(instance))
      await install(signed(await parcel('1.2.0', { permissions: { storage: { bytes: 1000 } } })))
      const answers = [...(await Promise.all(under)), await running(instance)]
      assert.ok(answers.every((version) => version === '1.1.0' || version === '1.2.0'))
      assert.equal(answers.at(-1), '1.2.0')
    })

    test('a lower version and another author are refused unless that is what staff want', async () => {
      const lower = signed(await parcel('1.0.5'))
      await refused(install(lower), 'plugin.version_lower')
      const other = signed(await parcel('1.3.0'), stranger)
      await refused(install(other), 'plugin.author_changed')
      await refused(install(await parcel('1.3.0'), { allow_unsigned: true }), 'plugin.author_changed')
      assert.equal(await running(instance), '1.2.0')
      const { author: fingerprint } = await inspectPackage(db, other)
      await install(other, { accept_author: fingerprint })
      assert.equal(await running(instance), '1.3.0')
    })

    test('rolling back goes to the version before, again and again, until there is none', async () => {
      assert.deepEqual(await rollBackPlugin(means, { plugin_id: 'parcel' }, actor), { version: '1.2.0' })
      assert.equal(await running(instance), '1.2.0')
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
      assert.equal(await running(instance), '1.0.0')
      await refused(rollBackPlugin(means, { plugin_id: 'parcel' }, actor), 'plugin.nothing_before')
      const known = await inspectPackage(db, signed(await parcel('1.4.0')))
      assert.equal(known.authorChanged, false, 'the first author is pinned again')
    })

    test('before the first package stands what comes along with Berth, and a package may take its place again', async () => {
      const plugin = await loadWritten('parcel', { code: code('shipped') })
      const kinds = { gateway: ['test_connection'] as ['test_connection'] }
      shipped.set('parcel', { ...plugin, manifest: { ...plugin.manifest, version: '0.9.0', kinds } })
      assert.deepEqual(await rollBackPlugin(means, { plugin_id: 'parcel' }, actor), { version: '0.9.0' })
      assert.equal(await running(instance), 'shipped')
      assert.deepEqual(await db.all(sql`select version, source, author_key, granted from plugins`), [
        { version: '0.9.0', source: 'bundled', author_key: null, granted: '{}' },
      ])
      await refused(rollBackPlugin(means, { plugin_id: 'parcel' }, actor), 'plugin.nothing_before')
      const next = signed(await parcel('1.0.0'))
      await refused(install(next), 'plugin.author_changed')
      await install(next, { accept_author: (await inspectPackage(db, next)).author })
      assert.equal(await running(instance), '1.0.0')
      shipped.clear()
      await refused(rollBackPlugin(means, { plugin_id: 'parcel' }, actor), 'plugin.nothing_before')
    })

    test('an update and a roll back lose no call that runs or waits', async () => {
      const slow = (version: string) => parcel(version, {}, SLOW(version))
      await install(signed(await slow('2.0.0')))
      await running(instance)
      const under = Array.from({ length: 12 }, () => running(instance))
      await sleep(SLOW_MS / 2)
      await install(signed(await slow('2.1.0')))
      under.push(...Array.from({ length: 12 }, () => running(instance)))
      await sleep(SLOW_MS / 2)
      assert.deepEqual(await rollBackPlugin(means, { plugin_id: 'parcel' }, actor), { version: '2.0.0' })
      const answers = await Promise.all(under)
      assert.equal(answers.length, 24)
      // Two isolates were at work when the update came: those calls end with the version they began with.
      assert.deepEqual(answers.slice(0, 2), ['2.0.0', '2.0.0'])
      assert.ok(answers.every((version) => version === '2.0.0' || version === '2.1.0'))
      assert.ok(answers.includes('2.1.0'))
      assert.equal(await running(instance), '2.0.0')
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
    })

    test('two versions of one code may each what was granted of it, in a process of before and in a new one', async () => {
      const stores = code("' + kept + '")
        .replace('()', '({ storage })')
        .replace(
          'return',
          `const kept = await storage.set('a', 1).then(() => 'kept', ({ code }) => code); return`,
        )
      const may = async () => [await running(instance), await running(instance, process())]
      await install(signed(await parcel('3.0.0', {}, stores)))
      assert.deepEqual(await may(), ['E_DENIED', 'E_DENIED'])
      await install(signed(await parcel('3.1.0', { permissions: { storage: { bytes: 100 } } }, stores)))
      assert.deepEqual(await may(), ['kept', 'kept'])
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
      assert.deepEqual(await may(), ['E_DENIED', 'E_DENIED'])
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
    })

    test('a plugin that is off is not called; one in use stays; removing erases what it kept', async () => {
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'disabled' }, actor)
      await refused(running(instance), 'plugin.off')
      await setPluginStatus(means, { plugin_id: 'parcel', status: 'enabled' }, actor)
      assert.equal(await running(instance), '1.0.0')
      uses = 1
      await refused(removePlugin(means, { plugin_id: 'parcel' }, actor), 'plugin.in_use')
      uses = 0
      await removePlugin(means, { plugin_id: 'parcel' }, actor)
      assert.deepEqual(await rows(), [])
      assert.deepEqual(await db.all(sql`select id from plugin_instances`), [])
      assert.deepEqual(await db.all(sql`select id from plugin_versions`), [])
      const acts = await db.all<{ action: string }>(
        sql`select distinct action from audit where subject = 'parcel' order by action`,
      )
      assert.deepEqual(
        acts.map(({ action }) => action),
        ['plugin.install', 'plugin.remove', 'plugin.roll_back', 'plugin.switch', 'plugin.upgrade'],
      )
    })
  })
}
