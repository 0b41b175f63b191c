import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { noHooks, writeSetting } from '../../core/records/index.ts'
import {
  healthOf,
  listServers,
  servicesJobs,
  setServerStatus,
  startChecking,
  testServer,
} from '../../core/services/index.ts'
import { healthMinutes } from '../../core/services/settings.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { lostAnswer, openShop, seed, staff, tooBusy, type Shop } from './fixture.ts'

const good = { status: 'good', checks: [] }
const degraded = {
  status: 'degraded',
  checks: [
    { name: 'disk', ok: false, detail: 'Nearly full.' },
    { name: 'load', ok: true, detail: '0.2' },
  ],
}
const down = { status: 'down', checks: [{ name: 'daemon', ok: false, detail: 'It has stopped.' }] }
const DISK = 'disk: Nearly full.'
const DAEMON = 'daemon: It has stopped.'

for (const engine of engines)
  describe(`how servers are, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    let means: Shop['means']
    beforeEach(async () => {
      await db.run(sql`delete from events`)
      await db.run(sql`delete from settings`)
      await db.run(sql`
        update servers set status = 'active', last_problem = null, last_contact_at = null, unanswered = 0 where id = 'srv_1'`)
      await db.run(sql`update servers set status = 'disabled' where id <> 'srv_1'`)
      shop = openShop(db)
      const offering = (what: string) =>
        what === 'provisioner.server_health' ? [{ instance: 'plg_a', brand: null, keys: [] }] : []
      means = { ...shop.means, hooks: { ...noHooks, offering } as never }
    })

    /** A round of its own, as the schedule of that time would begin it. */
    const check = async (...answers: (object | Error)[]) => {
      for (const answer of answers) {
        shop.plugins.script('server_health', answer)
        await startChecking(means)
        const entered = shop.means.jobs.of('services.check_servers')
        await servicesJobs(means)['services.check_servers']!(entered.at(-1) as never, {} as never)
        means.business.set(instant(Date.parse(means.business.now()) + 5 * 60_000))
      }
    }
    const mails = () =>
      shop.means.jobs.of('mail.send').map((job) => {
        const { template, to, data } = job as {
          template: string
          to: unknown
          data: { problem: string | null }
        }
        return [template, JSON.stringify(to).includes('ada@example.org'), data.problem]
      })
    const row = async () => {
      const { servers } = await listServers(means, {}, staff)
      const { health, last_problem, last_contact_at } = servers.find(({ id }) => id === 'srv_1')!
      return { health, last_problem, answered: last_contact_at !== null }
    }
    const events = async () =>
      (await db.all<{ type: string }>(sql`select type from events where subject = 'srv_1' order by id`)).map(
        ({ type }) => type,
      )

    test('one that is well says so and tells nobody', async () => {
      await check(good, good)
      assert.deepEqual(await row(), { health: null, last_problem: null, answered: true })
      assert.deepEqual([await events(), mails()], [[], []])
    })

    test('staff are told once when it is down, and once when it is back', async () => {
      await check(good, down, down)
      assert.deepEqual(await row(), { health: 'down', last_problem: DAEMON, answered: true })
      assert.deepEqual(mails(), [['server-down', true, DAEMON]])
      await check(good, good)
      assert.deepEqual(await row(), { health: 'good', last_problem: null, answered: true })
      assert.deepEqual(mails().slice(1), [['server-recovered', true, null]])
      assert.deepEqual(await events(), ['server.down', 'server.recovered'])
    })

    test('trouble is shown and heard by plugins, and wakes nobody', async () => {
      await check(degraded, degraded)
      assert.deepEqual(await row(), { health: 'degraded', last_problem: DISK, answered: true })
      assert.deepEqual([await events(), mails()], [['server.degraded'], []])
      const { health, since } = (await healthOf(db, 'srv_1'))!
      assert.deepEqual([health, since < means.business.now()], ['degraded', true])
      await check(down, degraded, good)
      assert.deepEqual(await events(), [
        'server.degraded',
        'server.down',
        'server.degraded',
        'server.recovered',
      ])
      assert.deepEqual(
        mails().map(([template, , problem]) => [template, problem]),
        [
          ['server-down', DAEMON],
          ['server-recovered', DISK],
        ],
      )
    })

    test('one lost answer is no outage, the second in a row is', async () => {
      await check(good, lostAnswer(), good, lostAnswer())
      assert.deepEqual(await row(), { health: null, last_problem: 'No answer in time.', answered: true })
      assert.deepEqual(mails(), [])
      await check(lostAnswer())
      assert.equal((await row()).health, 'down')
      assert.deepEqual(mails(), [['server-down', true, 'No answer in time.']])
    })

    test('one lost answer of a server in trouble is no outage either', async () => {
      await check(degraded, lostAnswer())
      assert.deepEqual(await row(), {
        ...{ health: 'degraded', last_problem: 'No answer in time.', answered: true },
      })
      assert.deepEqual([await events(), mails()], [['server.degraded'], []])
      await check(degraded, lostAnswer())
      assert.deepEqual(mails(), [], 'what it answered in between begins anew')
      await check(lostAnswer())
      assert.deepEqual(await events(), ['server.degraded', 'server.down'])
      assert.deepEqual(mails(), [['server-down', true, 'No answer in time.']])
      await check(lostAnswer(), good)
      assert.deepEqual(await events(), ['server.degraded', 'server.down', 'server.recovered'])
    })

    test('one lost answer after a test that failed is no outage, and a test that succeeds ends the silence', async () => {
      const test = async (ok: boolean) => {
        shop.plugins.script('test_connection', { ok, steps: [{ name: 'panel', ok, detail: 'Refused.' }] })
        await testServer(means, { server_id: 'srv_1' }, staff)
      }
      await check(good)
      await test(false)
      assert.equal((await row()).last_problem, 'Refused.')
      await check(lostAnswer())
      await test(true)
      await check(lostAnswer())
      assert.deepEqual([await events(), mails()], [[], []])
      await check(lostAnswer())
      assert.deepEqual(mails(), [['server-down', true, 'No answer in time.']])
    })

    test('a silence from before its maintenance is not counted', async () => {
      await check(good, lostAnswer())
      for (const act of ['maintain', 'activate'])
        await setServerStatus(means, { server_id: 'srv_1', act }, staff)
      await check(lostAnswer())
      assert.deepEqual([await events(), mails()], [['server.maintenance', 'server.active'], []])
    })

    test('a plugin that has no turn, and one that cannot tell, say nothing of the server', async () => {
      await check(good, tooBusy(), tooBusy())
      assert.deepEqual(await row(), { health: null, last_problem: null, answered: true })
      shop.plugins.calls.length = 0
      means = { ...shop.means, hooks: noHooks }
      assert.equal(await startChecking(means), 0)
      assert.deepEqual(shop.plugins.calls, [])
    })

    test('nobody asks a server in maintenance, also not one that went there while it was asked', async () => {
      await setServerStatus(means, { server_id: 'srv_1', act: 'maintain' }, staff)
      assert.equal(await startChecking(means), 0)
      await setServerStatus(means, { server_id: 'srv_1', act: 'activate' }, staff)
      shop.plugins.script('server_health', async () => {
        await setServerStatus(means, { server_id: 'srv_1', act: 'maintain' }, staff)
        return down
      })
      await servicesJobs(means)['services.check_servers']!({ round: 1, after: '' } as never, {} as never)
      assert.deepEqual(await row(), { health: null, last_problem: null, answered: false })
      assert.deepEqual(
        [await events(), mails()],
        [['server.maintenance', 'server.active', 'server.maintenance'], []],
      )
    })

    test('as often as the setting says, in steps of five minutes, or never', async () => {
      const rounds = async (minutes: number) => {
        const place = { scope: 'installation', scopeId: '' } as const
        await db.transaction((trx) =>
          writeSetting(means, trx, { setting: healthMinutes, ...place, value: minutes }, staff),
        )
        means.business.set(instant(Date.parse('2026-03-01T00:00:00.000Z')))
        let asked = 0
        for (let i = 0; i < 12; i++) {
          asked += await startChecking(means)
          means.business.set(instant(Date.parse(means.business.now()) + 5 * 60_000))
        }
        return asked
      }
      assert.deepEqual(
        [await rounds(5), await rounds(15), await rounds(12), await rounds(60), await rounds(0)],
        [12, 4, 4, 1, 0],
      )
    })

    test('many are asked in rounds of twenty', async () => {
      const made = Array.from({ length: 25 }, (_, i) => ({
        ...{
          id: `srv_9${String(i).padStart(2, '0')}`,
          instance_id: 'plg_a',
          name: `More ${i}`,
          settings: '{}',
        },
        ...{
          status: 'active',
          created_at: '2026-01-01T00:00:00.000Z',
          updated_at: '2026-01-01T00:00:00.000Z',
        },
      }))
      await db.insert('servers', made)
      shop.plugins.script('server_health', good)
      assert.equal(await startChecking(means), 26)
      const entered = () => shop.means.jobs.of('services.check_servers')
      for (let done = 0; done < entered().length; done++)
        await servicesJobs(means)['services.check_servers']!(entered()[done] as never, {} as never)
      assert.deepEqual([entered().length, shop.plugins.calls.length], [2, 26])
      assert.equal(new Set(shop.plugins.calls.map(({ input }) => input.server.id)).size, 26)
      await db.run(sql`delete from servers where id like 'srv_9%'`)
    })
  })
