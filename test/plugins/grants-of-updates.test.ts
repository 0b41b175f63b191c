import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import '../../core/clients/index.ts'
import { name, sql } from '../../core/db/index.ts'
import {
  bundlePlugin,
  createInstance,
  databaseStorage,
  findPlugin,
  grantPlugin,
  instanceMover,
  loadBundled,
  loadedPlugins,
  permissionsAdded,
  pluginCalls,
  type LoadedPlugin,
  type MoveInstance,
} from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { minimalManifest, openBench } from './support/setup.ts'

const CACHE = join(tmpdir(), 'berth-test-plugins')
const actor = staffActor(['plugin.*', 'plugin_instance.*'])
const root = await mkdtemp(join(tmpdir(), 'berth-grants-'))
after(() => rm(root, { recursive: true }))

const CODE = `export default { gateway: ({ storage }) => ({ async test_connection() {
  const kept = await storage.set('a', 1).then(() => 'kept', (error) => error.code)
  return { ok: true, steps: [{ name: kept, ok: true, detail: '' }] } } }) }`

const manifestOf = (version: string, permissions: object) => ({
  ...minimalManifest('carried'),
  ...{ version, kinds: { gateway: ['test_connection'] }, permissions },
})

/** The plugins folder of a release of Berth, with one plugin that tries to keep something. */
async function release(version: string, permissions: object, upgrade = ''): Promise<string> {
  const plugins = join(root, version)
  const folder = join(plugins, 'carried')
  await mkdir(folder, { recursive: true })
  const manifest = { ...manifestOf(version, permissions), ...(upgrade === '' ? {} : { upgrade: true }) }
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'index.ts'), `${CODE.slice(0, -1)}${upgrade} } // ${version}`)
  const { hash } = await bundlePlugin(folder, CACHE, manifest as never)
  await writeFile(join(plugins, 'bundles.json'), JSON.stringify({ carried: hash }))
  return plugins
}

const MOVES = ', upgrade: ({ storage }) => ({ async move() { await storage.set("moved", 1); return {} } })'
const SLOTS = { slots: ['portal.home.after'] }
const STORAGE = { storage: { bytes: 100 } }

for (const engine of engines)
  describe(`an update of Berth whose plugin asks (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    let shipped = new Map<string, LoadedPlugin>()
    let move: MoveInstance
    const means = {
      ...testMeans(db),
      drain: () => undefined,
      move: (...of: Parameters<MoveInstance>) => move(...of),
      shipped: (id: string) => Promise.resolve(shipped.get(id)),
    }
    const bench = openBench({ storage: databaseStorage(db, means.clock) })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })

    /** Berth as it starts with a release; answers what the plugin could do. */
    const start = async (plugins: string) => {
      let loaded = new Map<string, LoadedPlugin>()
      const callMeans = {
        ...{ db, keys: means.keys, plugins: () => bench.plugins },
        loaded: loadedPlugins(db, () => Promise.resolve(loaded)),
      }
      move = instanceMover(callMeans)
      shipped = loaded = await loadBundled(means, { plugins, cache: CACHE })
      const calls = pluginCalls(callMeans)
      return (id: string) =>
        calls
          .call<{ steps: { name: string }[] }>(id, 'gateway', 'test_connection', {})
          .then(({ steps: [step] }) => step!.name)
    }
    const plugin = async () => (await findPlugin(db, 'carried'))!
    const waits = async () => {
      const { manifest, asks, version } = await plugin()
      const added = asks === null ? [] : permissionsAdded(manifest, asks).map(({ key }) => key)
      return { version, may: manifest.permissions ?? {}, waits: added }
    }
    const grant = (granted: string[], by = actor) => grantPlugin(means, { plugin_id: 'carried', granted }, by)
    const actions = async () =>
      (
        await db.all<{ action: string }>(sql`select action from audit where subject = 'carried' order by id`)
      ).map(({ action }) => action)
    const setUp = () =>
      createInstance(means, { plugin_id: 'carried', name: 'C', settings: {} }, actor).then(({ id }) => id)
    const clear = async () => {
      for (const table of ['plugin_storage', 'plugin_instances', 'plugins'])
        await db.run(sql`delete from ${name(table)}`)
    }
    const KIND = 'kind gateway: test_connection'

    test('may do nothing when it comes for the first time, and is set up once all was granted', async () => {
      await start(await release('1.0.0', SLOTS))
      const slot = 'slot portal.home.after'
      assert.deepEqual(await waits(), { version: '1.0.0', may: { slots: [] }, waits: [KIND, slot] })
      await assert.rejects(setUp(), {
        code: 'plugin.permissions_asked',
        params: { plugin: 'carried', missing: [KIND, slot] },
      })
      await assert.rejects(grant([KIND]), {
        code: 'plugin.permissions_asked',
        params: { plugin: 'carried', missing: [slot] },
      })
      await assert.rejects(grant([KIND, slot], staffActor(['plugin.read', 'plugin_instance.*'])), {
        code: 'actor.forbidden',
      })
      assert.equal((await waits()).waits.length, 2)
      await grant([KIND, slot])
      assert.deepEqual(await waits(), { version: '1.0.0', may: SLOTS, waits: [] })
      await assert.rejects(grant([]), { code: 'plugin.nothing_asked' })
      await setUp()
      assert.deepEqual(await actions(), ['plugin.install', 'plugin.grant'])
    })

    test('for more runs with what it had, says what it is refused, and does it once that was granted', async () => {
      const id = (await db.get<{ id: string }>(sql`select id from plugin_instances`))!.id
      const call = await start(await release('1.1.0', { ...SLOTS, ...STORAGE }))
      assert.deepEqual(await waits(), { version: '1.1.0', may: SLOTS, waits: ['storage 100'] })
      for (let n = 0; n < 12; n++) assert.equal(await call(id), 'E_DENIED', 'and it is not tripped by it')
      const told = bench.incidents.filter(({ kind }) => kind === 'refused_ask').map(({ detail }) => detail)
      assert.equal(
        told[0],
        'Storage is not declared. Some of what its version asks for waits for a grant by staff.',
      )
      await assert.rejects(setUp(), { code: 'plugin.permissions_asked' })

      const again = await start(await release('1.1.0', { ...SLOTS, ...STORAGE }))
      assert.deepEqual((await waits()).waits, ['storage 100'], 'the next start grants nothing')
      await grant(['storage 100'])
      assert.deepEqual([await call(id), await again(id)], ['kept', 'kept'])
      assert.deepEqual(await waits(), { version: '1.1.0', may: { ...SLOTS, ...STORAGE }, waits: [] })
    })

    test('for the same, or for less, waits for nobody, and what it gave back it must ask for anew', async () => {
      const id = (await db.get<{ id: string }>(sql`select id from plugin_instances`))!.id
      const same = await start(await release('1.2.0', { ...SLOTS, ...STORAGE }))
      assert.deepEqual(await waits(), { version: '1.2.0', may: { ...SLOTS, ...STORAGE }, waits: [] })
      assert.equal(await same(id), 'kept')
      await start(await release('1.3.0', { storage: { bytes: 50 } }))
      assert.deepEqual(await waits(), { version: '1.3.0', may: { storage: { bytes: 50 } }, waits: [] })
      await start(await release('1.4.0', STORAGE))
      assert.deepEqual(await waits(), {
        version: '1.4.0',
        may: { storage: { bytes: 50 } },
        waits: ['storage 100'],
      })
      await start(await release('1.5.0', { storage: { bytes: 50 } }))
      assert.deepEqual(await waits(), { version: '1.5.0', may: { storage: { bytes: 50 } }, waits: [] })
    })

    test('goes on from the data of a Berth that granted all by itself', async () => {
      await clear()
      const at = means.clock.now()
      const manifest = manifestOf('1.0.0', SLOTS)
      const facts = {
        version: '1.0.0',
        bundle_sha256: '0',
        granted: JSON.stringify(SLOTS),
        status: 'enabled',
      }
      const stamps = { installed_at: at, updated_at: at }
      await db.insert('plugins', [{ id: 'carried', manifest: JSON.stringify(manifest), ...facts, ...stamps }])
      const id = await setUp()
      const call = await start(await release('1.1.0', { ...SLOTS, ...STORAGE }))
      assert.deepEqual(await waits(), { version: '1.1.0', may: SLOTS, waits: ['storage 100'] })
      assert.equal(await call(id), 'E_DENIED')
    })

    test('leaves what staff granted when a second process that started before the grant enters it too', async () => {
      await clear()
      const plugins = await release('1.0.0', SLOTS)
      let [reads, go] = [0, () => {}]
      const granted = new Promise<void>((resolve) => (go = resolve))
      const slow = {
        ...db,
        // Its first read is done; until it writes, another process enters the plugin and staff grant it.
        transaction: async (...of: Parameters<typeof db.transaction>) => {
          if (reads++ === 0) await granted
          return db.transaction(...of)
        },
      } as typeof db
      const second = loadBundled({ ...means, db: slow }, { plugins, cache: CACHE })
      while (reads === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await start(plugins)
      await grant([KIND, 'slot portal.home.after'])
      go()
      assert.equal((await second).size, 1)
      assert.deepEqual(await waits(), { version: '1.0.0', may: SLOTS, waits: [] })
    })

    test('whose data only a new right can move stays off until that is granted, and then goes on at once', async () => {
      await clear()
      const old = await start(await release('1.0.0', SLOTS))
      await grant([KIND, 'slot portal.home.after'])
      const id = await setUp()
      const call = await start(await release('2.0.0', { ...SLOTS, ...STORAGE }, MOVES))
      assert.deepEqual(await waits(), { version: '1.0.0', may: SLOTS, waits: ['storage 100'] })
      await assert.rejects(call(id), { code: 'plugin.off' })
      assert.equal(await old(id), 'E_DENIED', 'the version before goes on with what it had')
      await grant(['storage 100'])
      assert.deepEqual(await waits(), { version: '2.0.0', may: { ...SLOTS, ...STORAGE }, waits: [] })
      assert.equal(await call(id), 'kept')
    })

    test('and is neither forgotten nor granted to the version before by a node of that version', async () => {
      await clear()
      const [first, second] = [
        await release('1.0.0', SLOTS),
        await release('2.0.0', { ...SLOTS, ...STORAGE }, MOVES),
      ]
      await start(first)
      await grant([KIND, 'slot portal.home.after'])
      const id = await setUp()
      await start(second)
      const old = await start(first)
      assert.deepEqual((await waits()).waits, ['storage 100'])
      await grant(['storage 100'])
      assert.equal(await old(id), 'E_DENIED')
      const call = await start(second)
      assert.deepEqual(await waits(), { version: '2.0.0', may: { ...SLOTS, ...STORAGE }, waits: [] })
      assert.equal(await call(id), 'kept')
    })
  })
