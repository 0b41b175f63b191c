import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import {
  bundlePlugin,
  createInstance,
  databaseStorage,
  findPlugin,
  grantAsked,
  instanceMover,
  loadBundled,
  loadedPlugins,
  type LoadedPlugin,
  type MoveInstance,
} from '../../../core/plugins/index.ts'
import { minimalManifest, openBench } from '../../plugins/support/setup.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { assertStatus, openAdmin, type AdminWorld } from './support.ts'

const CACHE = join(tmpdir(), 'berth-test-plugins')
const PAGE = '/admin/plugins/carried'
const RETRY = `${PAGE}/retry-update`
const root = await mkdtemp(join(tmpdir(), 'berth-held-'))
after(() => rm(root, { recursive: true }))

/** Cannot move anything before "open" is kept. */
const UPGRADE = `, upgrade: ({ storage }) => ({ async move() {
  if (!(await storage.get('open'))) throw new Error('The panel is closed.')
  await storage.set('moved', 1); return {} } })`

/** The plugins folder of a release of Berth. */
async function release(version: string, upgrade = ''): Promise<string> {
  const plugins = join(root, version)
  const folder = join(plugins, 'carried')
  await mkdir(folder, { recursive: true })
  const manifest = {
    ...minimalManifest('carried'),
    ...{ name: 'Carried', version, kinds: { gateway: ['test_connection'] } },
    ...{ permissions: { storage: { bytes: 1_000 } }, ...(upgrade === '' ? {} : { upgrade: true }) },
  }
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'index.ts'), `export default { gateway: () => ({})${upgrade} }`)
  const { hash } = await bundlePlugin(folder, CACHE, manifest as never)
  await writeFile(join(plugins, 'bundles.json'), JSON.stringify({ carried: hash }))
  return plugins
}

for (const engine of engines)
  describe(`an update that could not move the data of the version before (${engine})`, () => {
    let world: AdminWorld
    let bench: ReturnType<typeof openBench>
    let move: MoveInstance
    let instance: string
    let shipped = new Map<string, LoadedPlugin>()
    const held = {
      move: (...of: Parameters<MoveInstance>) => move(...of),
      shipped: (id: string) => Promise.resolve(shipped.get(id)),
    }
    const start = async (plugins: string) => {
      const { means } = world
      let loaded = new Map<string, LoadedPlugin>()
      move = instanceMover({
        ...{ db: means.db, keys: means.keys, plugins: () => bench.plugins },
        loaded: loadedPlugins(means.db, () => Promise.resolve(loaded)),
      })
      shipped = loaded = await loadBundled({ ...means, ...held }, { plugins, cache: CACHE })
    }
    before(async () => {
      world = await openAdmin(engine, (means) => ({ admin: adminPorts(means, held) }))
      const { means } = world
      bench = openBench({ storage: databaseStorage(means.db, means.clock) })
      await start(await release('1.0.0'))
      const admin = { ...means, ...held, drain: () => undefined }
      await grantAsked(admin, 'carried', staffActor())
      const wanted = { plugin_id: 'carried', name: 'C', settings: {} }
      instance = (await createInstance(admin, wanted, staffActor())).id
      await start(await release('2.0.0', UPGRADE))
    })
    after(async () => {
      bench.plugins.stop()
      await world.close()
    })

    const main = async () => {
      const { text } = await world.staff.get(PAGE)
      return text.slice(text.indexOf('<main')).replace(/\s+/g, ' ')
    }
    const version = async () => (await findPlugin(world.means.db, 'carried'))!.version
    const retried = async () => {
      const row = await world.means.db.get<{ n: number }>(
        sql`select count(*) as n from audit where action = 'plugin.retry_update'`,
      )
      return Number(row!.n)
    }

    it('is told on the page of the plugin with its reason and a button', async () => {
      const page = await main()
      assert.match(page, /The update of Carried to 2\.0\.0 did not happen.*The panel is closed\./)
      assert.match(page, /<form method="post" action="\/admin\/plugins\/carried\/retry-update"/)
      assert.equal(await version(), '1.0.0')
    })

    it('stands in the list, on the page of their health and on the board too', async () => {
      const read = async (at: string) => (await world.staff.get(at)).text.replace(/\s+/g, ' ')
      assert.match(await read('/admin/plugins'), /2\.0\.0 held back/)
      assert.match(
        await read('/admin/plugins/health'),
        /The update of Carried to 2\.0\.0 did not happen.*href="\/admin\/plugins\/carried"/,
      )
      assert.match(await read('/admin'), /Updates of plugins that did not happen/)
    })

    it('stays held back while the plugin still cannot, and says why', async () => {
      const again = await world.staff.post(RETRY)
      assertStatus(again, 409)
      assert.match(again.text, /The update failed again\..*The panel is closed\./)
      assert.equal(await version(), '1.0.0')
      assert.equal(await retried(), 0)
    })

    it('happens once it can, and then there is nothing to try again', async () => {
      const at = world.means.clock.now()
      const kept = { instance_id: instance, record_id: '', storage_key: 'open', value: '1' }
      await world.means.db.insert('plugin_storage', [{ ...kept, bytes: 5, version: 1, updated_at: at }])
      const done = await world.staff.post(RETRY)
      assertStatus(done, 303)
      assert.equal(done.location, PAGE)
      assert.equal(await version(), '2.0.0')
      assert.equal(await retried(), 1)
      assert.doesNotMatch(await main(), /did not happen/)
      for (const at of ['/admin', '/admin/plugins', '/admin/plugins/health'])
        assert.doesNotMatch((await world.staff.get(at)).text, /did not happen|held back/)
      const rows = await world.means.db.all<{ storage_key: string }>(
        sql`select storage_key from plugin_storage where instance_id = ${instance} order by storage_key`,
      )
      assert.deepEqual(
        rows.map((row) => row.storage_key),
        ['moved', 'open'],
      )
      const twice = await world.staff.post(RETRY)
      assertStatus(twice, 409)
      assert.match(twice.text, /No update of .*carried.* waits to be tried again/)
    })
  })
