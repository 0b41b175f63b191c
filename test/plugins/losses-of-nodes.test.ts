import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from '../../core/db/index.ts'
import { instant, toMs } from '../../core/kernel/index.ts'
import { databaseLosses, failureName, pruneLog, setPluginStatus } from '../../core/plugins/index.ts'
import { tellOfTrouble } from '../../core/app/wire/tell-of-trouble.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { loadWritten, openBench, report, reporting, type Bench } from './support/setup.ts'

const plugin = await loadWritten('unlucky', {
  code: reporting('console.log("runs"); await new Promise((done) => setTimeout(done, 5_000))'),
})

for (const engine of engines)
  describe(`hosts that a plugin loses on two nodes (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = { ...testMeans(db), drain: () => undefined }
    const at = means.clock.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
    const manifest = JSON.stringify(plugin.manifest)
    await db.insert('plugins', [{ id: 'unlucky', manifest, ...facts, installed_at: at, updated_at: at }])
    const stamps = { status: 'active', created_at: at, updated_at: at }
    await db.insert('plugin_instances', [
      { id: 'plg_a', plugin_id: 'unlucky', name: 'a', settings: '{}', ...stamps },
    ])
    const nodes = [1, 2].map(() => openBench({ losses: databaseLosses(means) })) as [Bench, Bench]
    after(async () => {
      for (const { plugins } of nodes) plugins.stop()
      await remove()
    })
    const lose = async ({ plugins, lines, incidents }: Bench) => {
      const before = lines.length
      const lost = report({ plugins } as Bench, { ...nodes[0].instance(plugin), id: 'plg_a' }, 20_000)
      lost.catch(() => undefined)
      while (lines.length === before) await wait(20)
      for (const { pid } of (await plugins.health()).hosts) process.kill(pid!, 'SIGKILL')
      assert.equal(await lost.catch(failureName), 'E_HOST_LOST')
      await wait(100)
      const stops = incidents.splice(0).filter(({ kind }) => kind === 'disabled')
      for (const incident of stops) await tellOfTrouble(means, incident)
      return stops.length
    }
    const rows = async () => (await db.all(sql`select id from plugin_losses`)).length
    const status = () => db.get<{ status: string }>(sql`select status from plugins where id = 'unlucky'`)
    const turnOn = () =>
      setPluginStatus(means, { plugin_id: 'unlucky', status: 'enabled' }, staffActor(['plugin.*']))

    test('are counted together: the third switches it off, and staff begin from nothing', async () => {
      assert.deepEqual([await lose(nodes[0]), await lose(nodes[1])], [0, 0])
      assert.deepEqual([await rows(), await status()], [2, { status: 'enabled' }])
      assert.equal(await lose(nodes[1]), 1)
      assert.deepEqual([await rows(), await status()], [0, { status: 'disabled' }])
      await turnOn()
      for (const { plugins } of nodes) plugins.forgive('unlucky')
      assert.equal(await lose(nodes[0]), 0)
      assert.deepEqual(await status(), { status: 'enabled' })
    })

    test('that are older than ten minutes count no more, and are forgotten', async () => {
      const old = instant(toMs(at) - 11 * 60_000)
      await db.run(sql`update plugin_losses set lost_at = ${old}`)
      assert.equal(await databaseLosses(means).note({ plugin: 'unlucky', instance: 'plg_a' }), false)
      await pruneLog(means)
      assert.equal(await rows(), 1)
    })

    test('say it once, however many nodes see the last of them', async () => {
      const incident = { kind: 'disabled', instance: 'plg_a', plugin: 'unlucky', detail: 'Lost.' } as const
      for (const _ of nodes) await tellOfTrouble(means, incident)
      const stops = await db.all(sql`select id from audit where action = 'plugin.stop' and reason = 'Lost.'`)
      assert.equal(stops.length, 1)
    })
  })
