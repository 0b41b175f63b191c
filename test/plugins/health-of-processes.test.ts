import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { systemClock } from '../../core/kernel/index.ts'
import { openMeans } from '../../core/app/open-means.ts'
import { openPlugins } from '../../core/app/wire/plugin-host.ts'
import { toldHealths, type PluginsHealth } from '../../core/plugins/index.ts'
import { adminPorts } from '../support/admin-ports.ts'
import { testConfig } from '../support/config.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openAdmin, type AdminWorld } from '../http/admin/support.ts'

const PROGRAM = new URL('./support/hosting-process.ts', import.meta.url)

/** The process that draws the page has called nothing. */
const OWN: PluginsHealth = {
  ...{ hosts: [], losses: [], suspects: [], tripped: [], figures: [], outside: [], outbound: {} },
  ...{ wallOff: false, wallMissing: [] },
}

for (const engine of engines)
  describe(`the health of plugins in several processes (${engine})`, { timeout: 120_000 }, () => {
    let world: AdminWorld
    const children: ChildProcess[] = []
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        admin: adminPorts(means, {
          pluginHealth: () => Promise.resolve(OWN),
          toldHealths: () => toldHealths({ db: means.db, clock: systemClock }, 'hpr_own'),
        }),
      }))
    })
    after(async () => {
      for (const child of children) child.kill('SIGKILL')
      await world.close()
    })

    const begin = async (role: string, calls: number): Promise<ChildProcess> => {
      const child = fork(PROGRAM, [world.database.url, role, world.ids.instance, String(calls)])
      children.push(child)
      const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
      assert.equal(said, 'told')
      return child
    }
    const main = async () => {
      const { text } = await world.staff.get('/admin/plugins/health')
      return text
        .slice(text.indexOf('<main'))
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
    }
    const nameOf = (role: string, { pid }: ChildProcess) => `${role} ${pid} on ${hostname()}`

    it('stands on one page, with names and figures of all, and calls out who is silent', async () => {
      const alone = await main()
      assert.doesNotMatch(alone, /Processes of Berth/)
      const [web, work] = [await begin('web', 2), await begin('work', 3)]
      const both = await main()
      assert.match(both, new RegExp(`this process .* 0 0 0 .*speaks ${nameOf('web', web)} .* 1 2 0 .*speaks`))
      assert.match(both, new RegExp(`${nameOf('work', work)} .* 1 3 0 .*speaks`))
      const [figures] = (await toldHealths({ db: world.means.db, clock: systemClock }, 'hpr_web')).map(
        ({ health }) => health.figures,
      )
      assert.deepEqual(
        figures!.map(({ instance, calls, last }) => [instance, calls, last.length]),
        [[world.ids.instance, 3, 1]],
      )
      assert.match(both, / 5 0 /, 'calls of one instance in two processes are added')

      work.kill('SIGKILL')
      await once(work, 'exit')
      await world.means.db.run(sql`
        update plugin_processes set told_at = '2026-01-01T00:00:00.000Z' where id = 'hpr_work'`)
      const silent = await main()
      assert.match(silent, new RegExp(`Degraded.*${nameOf('work', work)} has said nothing`))
      assert.doesNotMatch(silent, new RegExp(`${nameOf('web', web)} has said nothing`))

      const again = await begin('serve', 0)
      const after = await main()
      assert.doesNotMatch(after, /has said nothing/, 'who starts on this machine knows that it is gone')
      const gone = Promise.all([web, again].map((child) => once(child, 'exit')))
      for (const child of [web, again]) child.send('stop')
      await gone
      assert.deepEqual(await world.means.db.all(sql`select id from plugin_processes`), [])
    })

    it('is told by a core only where others may stand beside it', async () => {
      const database = await makeDatabase(engine)
      const opened = await openMeans(testConfig({ DATABASE_URL: database.url }))
      const { means, hooks } = opened
      const config = testConfig({ DATABASE_URL: database.url })
      const rows = () => means.db.all(sql`select role, pid from plugin_processes`)
      const command = openPlugins({ config, means, hooks, outbound: {}, role: 'command' })
      await command.start()
      assert.deepEqual(await rows(), [])
      await command.stop()
      const work = openPlugins({ config, means, hooks, outbound: {}, role: 'work' })
      await work.start()
      for (let n = 0; engine === 'postgres' && n < 100 && (await rows()).length === 0; n++)
        await new Promise((resolve) => setTimeout(resolve, 50))
      assert.deepEqual(await rows(), engine === 'sqlite' ? [] : [{ role: 'work', pid: process.pid }])
      assert.deepEqual(await work.toldHealths!(), [], 'and never to itself')
      await work.stop()
      assert.deepEqual(await rows(), [])
      await opened.close()
      await database.remove()
    })
  })
