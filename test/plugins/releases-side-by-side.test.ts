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
  grantAsked,
  instanceMover,
  loadBundled,
  loadedPlugins,
  pluginCalls,
} from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { minimalManifest, openBench, type Bench } from './support/setup.ts'

const CACHE = join(tmpdir(), 'berth-test-plugins')
const actor = staffActor(['plugin.*', 'plugin_instance.*'])
const root = await mkdtemp(join(tmpdir(), 'berth-releases-'))
after(() => rm(root, { recursive: true }))

/** The plugins folder of a release, with one plugin that says its version and keeps something. */
async function release(version: string, more: object = {}): Promise<string> {
  const plugins = join(root, version)
  const folder = join(plugins, 'carried')
  await mkdir(folder, { recursive: true })
  const manifest = {
    ...minimalManifest('carried'),
    version,
    permissions: { storage: { bytes: 100 } },
    ...more,
  }
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest))
  await writeFile(
    join(folder, 'index.ts'),
    `export default {
      gateway: ({ storage }) => ({ async test_connection() {
        await storage.set('by', '${version}')
        return { ok: true, steps: [{ name: '${version}', ok: true, detail: '' }] } } }),
      upgrade: ({ storage }) => ({ async move() { await storage.set('moved', 1); return {} } }) }`,
  )
  const { hash } = await bundlePlugin(folder, CACHE, manifest as never)
  await writeFile(join(plugins, 'bundles.json'), JSON.stringify({ carried: hash }))
  return plugins
}

/** A node as it starts with the plugins that came along with its release. */
async function startNode(means: TestMeans, bench: Bench, plugins: string) {
  let loading: ReturnType<typeof loadBundled> | undefined
  const loaded = () => (loading ??= loadBundled({ ...means, move }, { plugins, cache: CACHE }))
  const callMeans = {
    ...{ db: means.db, keys: means.keys, plugins: () => bench.plugins },
    loaded: loadedPlugins(means.db, loaded),
  }
  const move = instanceMover(callMeans)
  await loaded()
  const calls = pluginCalls(callMeans)
  return (id: string): Promise<string> =>
    calls.call<{ steps: { name: string }[] }>(id, 'gateway', 'test_connection', {}).then(
      ({ steps }) => steps[0]!.name,
      (error: { code: string }) => error.code,
    )
}

for (const engine of engines)
  describe(`nodes of two releases side by side (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    const benches = [1, 2, 3, 4].map(() => openBench({ storage: databaseStorage(db, means.clock) }))
    after(async () => {
      for (const { plugins } of benches) plugins.stop()
      await remove()
    })
    const [first, second, third] = [
      await release('1.0.0'),
      await release('1.1.0'),
      await release('2.0.0', { upgrade: true }),
    ]
    const registry = async () =>
      (await db.get<{ version: string }>(sql`select version from plugins where id = 'carried'`))?.version

    const clear = async () => {
      for (const table of ['plugin_storage', 'plugin_instances', 'plugins'])
        await db.run(sql`delete from ${name(table)}`)
    }

    test('each may what was granted to it, and an old one no more because a newer one asks for more', async () => {
      const more = { permissions: { storage: { bytes: 100 }, slots: ['portal.home.after'] } }
      const bare = await release('0.9.0', { permissions: {} })
      const [node, other] = [await startNode(means, benches[0]!, bare), await release('0.9.1', more)]
      const admin = { ...means, drain: () => undefined }
      await grantAsked(admin, 'carried', actor)
      const facts = { plugin_id: 'carried', name: 'C', settings: {} }
      const { id } = await createInstance(admin, facts, actor)
      const grown = await startNode(means, benches[1]!, other)
      const late = await startNode(means, benches[2]!, bare)
      for (const call of [node, grown, late]) assert.equal(await call(id), 'plugin.failed')
      await grantAsked(admin, 'carried', actor)
      assert.equal(await grown(id), '0.9.1')
      for (const call of [node, late]) assert.equal(await call(id), 'plugin.failed')
      await clear()
    })

    test('one of before goes on with what its version was granted, started anew too, when a newer one gave it up', async () => {
      const kept = await release('0.8.0')
      const running = await startNode(means, benches[0]!, kept)
      const admin = { ...means, drain: () => undefined }
      await grantAsked(admin, 'carried', actor)
      const facts = { plugin_id: 'carried', name: 'C', settings: {} }
      const { id } = await createInstance(admin, facts, actor)
      await startNode(means, benches[1]!, await release('0.8.1', { permissions: {} }))
      await release('0.8.1', { permissions: {}, description: 'Changed, and of the same version.' })
      await startNode(means, benches[1]!, join(root, '0.8.1'))
      const late = await startNode(means, benches[2]!, kept)
      assert.deepEqual([await registry(), await running(id), await late(id)], ['0.8.1', '0.8.0', '0.8.0'])
      await clear()
    })

    test('what one of before was never granted waits, and trips nothing', async () => {
      const bare = await release('0.7.0', { permissions: {} })
      await startNode(means, benches[0]!, bare)
      const admin = { ...means, drain: () => undefined }
      await grantAsked(admin, 'carried', actor)
      const facts = { plugin_id: 'carried', name: 'C', settings: {} }
      const { id } = await createInstance(admin, facts, actor)
      const grown = await release('0.7.1')
      await startNode(means, benches[1]!, grown)
      await startNode(means, benches[2]!, await release('0.7.2', { permissions: {} }))
      const late = await startNode(means, benches[3]!, grown)
      for (let n = 0; n < 12; n++) assert.equal(await late(id), 'plugin.failed', 'refused, and not tripped')
      await clear()
    })

    test('each answers with what came along with it, and an old one that starts takes nobody back', async () => {
      const old = await startNode(means, benches[0]!, first)
      await grantAsked({ ...means, drain: () => undefined }, 'carried', actor)
      const facts = { plugin_id: 'carried', name: 'C', settings: {} }
      const { id } = await createInstance({ ...means, drain: () => undefined }, facts, actor)
      assert.equal(await old(id), '1.0.0')
      const fresh = await startNode(means, benches[1]!, second)
      assert.deepEqual([await old(id), await fresh(id), await registry()], ['1.0.0', '1.1.0', '1.1.0'])
      const again = await startNode(means, benches[2]!, first)
      assert.deepEqual([await again(id), await fresh(id), await registry()], ['1.0.0', '1.1.0', '1.1.0'])

      const moving = await startNode(means, benches[3]!, third)
      assert.deepEqual([await moving(id), await registry()], ['2.0.0', '2.0.0'])
      assert.deepEqual([await old(id), await fresh(id)], ['plugin.off', 'plugin.off'])
      const kept = await db.all<{ value: string }>(
        sql`select value from plugin_storage where storage_key in ('by', 'moved') order by storage_key`,
      )
      assert.deepEqual(
        kept.map(({ value }) => value),
        ['"2.0.0"', '1'],
        'nothing of an older version was written over what the newest one moved',
      )
      const late = await startNode(means, benches[2]!, first)
      assert.deepEqual([await late(id), await moving(id), await registry()], ['plugin.off', '2.0.0', '2.0.0'])
    })
  })
