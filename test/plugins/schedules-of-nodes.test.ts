import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openPostgres, sql, type Db } from '../../core/db/index.ts'
import { createJobs, pumpTimers } from '../../core/jobs/index.ts'
import { idMaker, instant, systemClock, toMs } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { planSchedules, runSchedule, type PluginCalls } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { minimalManifest } from './support/setup.ts'

const EVERY_MS = 10 * 60_000
const ROUNDS = 6
const INSTANCES = ['plg_a', 'plg_b']

/** Who runs what now. */
interface Diary {
  running: string[]
  runs: { instance: string; node: string }[]
  overlaps: string[]
  besideOthers: number
  runMs: number
}

/** Core on one node: it takes jobs, and its plugin takes its time. */
async function openNode(name: string, db: Db, diary: Diary) {
  const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
  await jobs.install()
  const means = { ...testMeans(db), jobs }
  const call = async (...[instance]: Parameters<PluginCalls['call']>) => {
    if (diary.running.includes(instance)) diary.overlaps.push(instance)
    if (diary.running.length > 0) diary.besideOthers++
    diary.running.push(instance)
    diary.runs.push({ instance, node: name })
    await wait(diary.runMs)
    diary.running.splice(diary.running.indexOf(instance), 1)
  }
  const plugins = { call } as PluginCalls
  const run = (payload: { instance: string; name: string }) => runSchedule({ ...means, plugins }, payload)
  const runner = jobs.runner({ 'plugins.run_schedule': run as never }, { log: silentLog })
  await runner.start()
  return { name, means, jobs, runner }
}

for (const engine of engines)
  describe(`schedules of plugins (${engine})`, { timeout: 60_000 }, async () => {
    const database = await makeDatabase(engine)
    const { db } = database
    const diary: Diary = { running: [], runs: [], overlaps: [], besideOthers: 0, runMs: 60 }
    // One process alone works on a folder with SQLite.
    const second = engine === 'sqlite' ? null : openPostgres({ url: database.url })
    const nodes = [await openNode('first', db, diary)]
    if (second) nodes.push(await openNode('second', second, diary))
    after(async () => {
      for (const { runner } of nodes) await runner.stop(2_000)
      await second?.close()
      await database.remove()
    })
    const everywhere = <T>(act: (node: (typeof nodes)[number]) => Promise<T>) => Promise.all(nodes.map(act))
    const pumped = async () =>
      (await everywhere(({ means }) => pumpTimers(means))).reduce((sum, count) => sum + count, 0)
    const timers = () => db.all<{ timer_key: string }>(sql`select timer_key from timers order by timer_key`)

    test('are planned once, whichever nodes plan them at once', async () => {
      const at = nodes[0]!.means.business.now()
      const schedules = [{ name: 'tidy', every: '10m' }]
      const manifest = JSON.stringify({ ...minimalManifest('tidier'), permissions: { schedules } })
      const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
      await db.insert('plugins', [{ id: 'tidier', manifest, installed_at: at, updated_at: at, ...facts }])
      const stamps = { status: 'active', created_at: at, updated_at: at }
      await db.insert(
        'plugin_instances',
        INSTANCES.map((id) => ({ id, plugin_id: 'tidier', name: id, settings: '{}', ...stamps })),
      )
      await everywhere(({ means }) => planSchedules(means))
      assert.deepEqual(
        (await timers()).map(({ timer_key: key }) => key),
        ['schedule:plg_a:tidy', 'schedule:plg_b:tidy'],
      )
    })

    test('run one at a time an instance, beside those of others, also when a run is longer than its pause', async () => {
      for (let round = 1; round <= ROUNDS; round++) {
        assert.equal(await pumped(), INSTANCES.length, `round ${round}: each timer becomes one job`)
        // The next run is set when this one begins, and comes due while it is still at work.
        while ((await timers()).length < INSTANCES.length) await wait(5)
        for (const { means } of nodes) means.business.set(instant(toMs(means.business.now()) + EVERY_MS))
      }
      for (const { jobs } of nodes) await jobs.drained(20_000)
      assert.deepEqual(diary.overlaps, [])
      for (const id of INSTANCES)
        assert.equal(diary.runs.filter(({ instance }) => instance === id).length, ROUNDS, id)
      assert.ok(diary.besideOthers > 0, 'one instance does not wait for another')
    })

    if (second)
      test('a node that takes over waits for the run that the other one is still at', async () => {
        await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_b'`)
        diary.runs.length = 0
        diary.runMs = 1_500
        await pumped()
        while (diary.runs.length === 0) await wait(5)
        const [leaving] = nodes.filter(({ name }) => name === diary.runs[0]!.node)
        const [staying] = nodes.filter((node) => node !== leaving)
        while ((await timers()).length === 0) await wait(5)
        const stopping = leaving!.runner.stop(5_000)
        for (const { means } of nodes) means.business.set(instant(toMs(means.business.now()) + EVERY_MS))
        assert.equal(await pumped(), 1)
        await stopping
        await staying!.jobs.drained(20_000)
        assert.deepEqual(
          diary.runs.map(({ node }) => node),
          [leaving!.name, staying!.name],
        )
        assert.deepEqual(diary.overlaps, [])
      })
  })
