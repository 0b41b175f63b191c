import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import '../../core/clients/index.ts'
import { recordFinder } from '../../core/app/wire/plugin-records.ts'
import { name, sql, type Db, type Trx } from '../../core/db/index.ts'
import {
  changeInstance,
  createInstance,
  databaseStorage,
  getInstance,
  installPlugin,
  instanceMover,
  loadedPlugins,
  makeAuthorKey,
  permissionsAsked,
  pluginCalls,
  readPackage,
  removePlugin,
  rollBackPlugin,
  signPackage,
  writePackage,
} from '../../core/plugins/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, minimalManifest, openBench } from './support/setup.ts'

const author = makeAuthorKey()
const actor = staffActor(['plugin.*', 'plugin_instance.*'])

/** Says its version and what it has; `hear` keeps something, `late` after half a second. */
const code = (version: string, move = 'return {}') => `export default {
  gateway: ({ settings, storage }) => ({
    async test_connection() {
      const kept = []
      for (const key of await storage.list('')) kept.push([key, (await storage.get(key)).value])
      for (const id of await storage.records()) for (const key of await storage.of(id).list('')) kept.push([id, key])
      return { ok: true, steps: [{ name: '${version}', ok: true, detail: JSON.stringify([settings, kept]) }] }
    },
  }),
  observe: ({ storage, log }) => ({
    'client.suspended': async ({ subject, body }) => {
      if (body.late) log.info('late')
      if (body.late) await new Promise((done) => setTimeout(done, 3_000))
      if (body.key) await storage.set(body.key, body.value)
      else await storage.of(subject).set('seen', '${version}')
    },
  }),
  upgrade: ({ storage, settings, log }) => ({ async move({ from, to, cursor }) { ${move} } }),
}`

const settingsOf = (name: string) => ({
  ...{ type: 'object', required: [name, 'key'], additionalProperties: false },
  properties: { [name]: { type: 'string' }, key: { type: 'string', secret: true } },
})
async function parcel(version: string, change: object, text: string): Promise<string> {
  const plugin = await loadWritten('parcel', { code: text })
  const manifest = {
    ...minimalManifest('parcel'),
    ...{ version, kinds: { gateway: ['test_connection'] }, hooks: ['client.suspended'] },
    permissions: {
      storage: { bytes: 1_000, record_bytes: 100 },
      ...{ secrets: [{ name: 'key' }], data: ['client.read:summary:all'] },
    },
    ...change,
  }
  const files = { 'plugin.json': JSON.stringify(manifest), 'bundle.js': plugin.bundle.code }
  return signPackage(readPackage(writePackage(files, null)), author.privatePem)
}
const first = () => parcel('1.0.0', { settings: settingsOf('name') }, code('1.0.0'))
const MOVE = `
  const old = await storage.get('count')
  await storage.set('counts', [from, to, old && old.value])
  await storage.remove('count')
  for (const id of await storage.records()) {
    await storage.of(id).set('moved', true)
    await storage.of(id).remove('seen')
  }
  return { settings: { label: settings.name + '!' } }`
const second = (move = MOVE) =>
  parcel('2.0.0', { upgrade: true, settings: settingsOf('label') }, code('2.0.0', move))

for (const engine of engines) {
  describe(`the upgrade step of a plugin on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    await seed(db)
    const base = testMeans(db)
    const bench = openBench({
      storage: databaseStorage(db, base.clock),
      findRecord: recordFinder(db),
    })
    after(async () => {
      bench.plugins.stop()
      await remove()
    })
    const callMeans = {
      ...{ db, keys: base.keys, plugins: () => bench.plugins },
      loaded: loadedPlugins(db, () => Promise.resolve(new Map())),
    }
    const calls = pluginCalls(callMeans)
    const means = {
      ...base,
      move: instanceMover(callMeans),
      drain: (id: string) => bench.plugins.drain(id),
      uses: () => Promise.resolve(0),
    }
    const install = (text: string, by: typeof means = means) => {
      const granted = permissionsAsked(readPackage(text).manifest).map(({ key }) => key)
      return installPlugin(by, { package: text, granted }, actor)
    }
    const state = async (id: string): Promise<unknown[]> => {
      const told = await calls.call<{ steps: { name: string; detail: string }[] }>(
        ...([id, 'gateway', 'test_connection', {}] as const),
      )
      const [{ name, detail }] = told.steps as [{ name: string; detail: string }]
      const [{ key, ...settings }, kept] = JSON.parse(detail) as [Record<string, unknown>, unknown]
      assert.match(String(key), /^bsk_/, 'the secret is still there')
      return [name, settings, kept]
    }
    const hear = (id: string, body: object) =>
      calls.call(id, 'observe', 'client.suspended', {
        ...{ id: 'evt_1', type: 'client.suspended', version: 1, subject: 'cli_a', brand_id: 'brd_a' },
        ...{
          client_id: 'cli_a',
          occurred_at: base.business.now(),
          actor: 'usr_1',
          causes: [],
          own: false,
          body,
        },
      })
    const said = async (text: string) => {
      for (let waited = 0; !bench.lines.some((line) => line.text === text); waited++) {
        assert.ok(waited < 600, `nobody said ${text}`)
        await sleep(50)
      }
    }
    const setUp = async (name: string) => {
      const settings = { name, key: 'secret' }
      const { id } = await createInstance(means, { plugin_id: 'parcel', name, settings }, actor)
      await hear(id, { key: 'count', value: name.length })
      await hear(id, {})
      return id
    }
    const OLD = ['1.0.0', { name: 'Ada' }, [['count', 3], ['cli_a', 'seen']]] // prettier-ignore
    const NEW = ['2.0.0', { label: 'Ada!' }, [['counts', ['1.0.0', '2.0.0', 3]], ['cli_a', 'moved']]] // prettier-ignore
    let ada = ''
    let grace = ''

    test('a step that throws, fits no schema or never ends leaves the old version with all it had', async () => {
      await install(await first())
      ada = await setUp('Ada')
      grace = await setUp('Grace')
      const steps = [
        [`${MOVE.replace('return', 'throw new Error("no idea of " + from);')}`, /could not move .* no idea of 1\.0\.0/],
        [MOVE.replace('label:', 'title:'), /could not move .*label/s],
        [`await storage.set('count', 'x'.repeat(2000)); return {}`, /The storage is full: 1000 bytes/],
        [`if (cursor === '9') throw new Error('nine turns'); return { go_on: String(Number(cursor ?? 0) + 1) }`, /nine turns/],
        ['while (true);', /no answer within its limit/],
      ] as const // prettier-ignore
      for (const [move, message] of steps) {
        await assert.rejects(install(await second(move)), { code: 'plugin.upgrade_failed', message })
        assert.deepEqual(await state(ada), OLD, String(message))
      }
      assert.equal((await db.all(sql`select id from plugin_versions`)).length, 1)
      assert.deepEqual(await db.all(sql`select * from plugin_kept_storage`), [])
    })

    test('the host killed in mid-upgrade leaves the old version with all it had', async () => {
      const slow = install(
        await second(`${MOVE.replace('return', 'log.info("moving"); await new Promise(() => {}); return')}`),
      )
      slow.catch(() => undefined)
      await said('moving')
      const { hosts } = await bench.plugins.health()
      for (const { ward, pid } of hosts) if (ward.startsWith('upgrade ')) process.kill(pid!, 'SIGKILL')
      await assert.rejects(slow, { code: 'plugin.upgrade_failed', message: /process|host/i })
      assert.deepEqual(await state(ada), OLD)
    })

    test('killed at any statement of the write, nothing is half moved', async () => {
      const text = await second()
      let statements = 0
      for (let last = 1; ; last++) {
        statements = 0
        const dying = dyingAfter(db, last, () => statements++)
        const ended = await install(text, { ...means, db: dying }).then(
          () => 'done',
          (error: Error) => error.message,
        )
        if (ended === 'done') break
        assert.equal(ended, 'killed')
        assert.deepEqual(await state(ada), OLD, `killed at statement ${last}`)
        assert.ok(last < 100)
      }
      assert.ok(statements > 15, `${statements} statements`)
      assert.deepEqual(await state(ada), NEW)
      assert.deepEqual((await state(grace))[1], { label: 'Grace!' })
    })

    test('rolling back restores settings and storage as they were; what was kept since is gone', async () => {
      await hear(ada, { key: 'since', value: 1 })
      const versions = () =>
        db.all<{ storage_key: string; version: number }>(sql`
          select storage_key, version from plugin_storage where instance_id = ${ada} order by storage_key`)
      const before = Math.max(...(await versions()).map(({ version }) => version))
      assert.ok(before >= 2, 'what was written in place of what was removed began above it')
      assert.deepEqual(await rollBackPlugin(means, { plugin_id: 'parcel' }, actor), { version: '1.0.0' })
      assert.deepEqual(await state(ada), OLD)
      assert.deepEqual((await state(grace))[2], [['count', 5], ['cli_a', 'seen']]) // prettier-ignore
      assert.deepEqual(await db.all(sql`select * from plugin_kept_storage`), [])
      assert.deepEqual(await db.all(sql`select * from plugin_kept_settings`), [])
      await hear(ada, { key: 'count', value: 3 })
      const [count] = await versions()
      assert.deepEqual([count!.storage_key, count!.version > before], ['count', true])
    })

    test('a call of the old version under way can neither read nor write what was moved', async () => {
      const late = hear(ada, { late: true, key: 'count', value: 99 })
      late.catch(() => undefined)
      await said('late')
      await install(await second())
      await assert.rejects(late, { code: 'plugin.failed', message: /upgraded or removed meanwhile/ })
      assert.deepEqual(await state(ada), NEW)
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
      assert.deepEqual(await state(ada), OLD)
    })

    test('what the old version writes while it is moved is moved too', async () => {
      let turns = 0
      const busy = {
        ...means,
        move: async (...args: Parameters<typeof means.move>) => {
          const moved = await means.move(...args)
          if (turns++ === 0) await hear(ada, { key: 'count', value: 4 })
          return moved
        },
      }
      await install(await second(), busy)
      assert.equal(turns, 4, 'two instances, twice')
      assert.deepEqual((await state(ada))[2], [['counts', ['1.0.0', '2.0.0', 4]], ['cli_a', 'moved']]) // prettier-ignore
      await rollBackPlugin(means, { plugin_id: 'parcel' }, actor)
      const restless = {
        ...means,
        move: async (...args: Parameters<typeof means.move>) => {
          const moved = await means.move(...args)
          const { version, name } = await getInstance(db, grace)
          const settings = { name: 'Grace' }
          await changeInstance(means, { instance_id: grace, version, name, settings }, actor)
          return moved
        },
      }
      await assert.rejects(install(await second(), restless), { code: 'plugin.upgrade_disturbed' })
      assert.deepEqual((await state(ada))[0], '1.0.0')
    })

    test('where no plugin runs nothing is upgraded; removing takes along what was kept for a roll back', async () => {
      const { move: _, ...away } = means
      await assert.rejects(install(await second(), away as typeof means), { code: 'plugin.upgrade_away' })
      await install(await second())
      await removePlugin(means, { plugin_id: 'parcel' }, actor)
      for (const table of ['plugin_kept_storage', 'plugin_kept_settings', 'plugin_storage'])
        assert.deepEqual(await db.all(sql`select * from ${name(table)}`), [], table)
    })
  })
}

/** A database whose process dies at the n-th statement of a transaction that writes. */
function dyingAfter(db: Db, last: number, count: () => number): Db {
  const dying = (trx: Trx): Trx =>
    new Proxy(trx, {
      get(target, name, receiver) {
        const found = Reflect.get(target, name, receiver) as unknown
        if (typeof found !== 'function') return found
        const act = found.bind(target) as (...args: unknown[]) => unknown
        if (!['run', 'insert', 'all', 'get'].includes(String(name))) return act
        return (...args: unknown[]) => {
          if (count() + 1 === last) return Promise.reject(new Error('killed'))
          return act(...args)
        }
      },
    })
  return new Proxy(db, {
    get(target, name, receiver) {
      const found = Reflect.get(target, name, receiver) as unknown
      if (name === 'transaction')
        return (work: (trx: Trx) => Promise<unknown>) => target.transaction((trx) => work(dying(trx)))
      return typeof found === 'function' ? (found.bind(target) as unknown) : found
    },
  })
}
