import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { lossNames } from '../../../core/plugins/supervisor/host-loss.ts'
import type { Instant } from '../../../core/kernel/index.ts'
import type { OutsideTrouble } from '../../../core/plugins/broker/watch-outside.ts'
import type { PluginsHealth, ToldHealth } from '../../../core/plugins/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import { elementOf, openAdmin, type AdminWorld } from './support.ts'

const TROUBLES: OutsideTrouble[] = [
  ...([
    'own',
    'private',
    'unresolved',
    'unreachable',
    'self_signed',
    'unknown_issuer',
    'wrong_name',
  ] as const),
  ...(['expired', 'not_yet_valid', 'changed', 'status', 'slow', 'no_answer', 'broken'] as const),
]

const WELL: PluginsHealth = {
  ...{ hosts: [], losses: [], suspects: [], tripped: [], figures: [], outside: [], outbound: {} },
  ...{ wallOff: false, wallMissing: [] },
}

for (const engine of engines)
  describe(`health of plugins in the desk (${engine})`, () => {
    let world: AdminWorld
    let health = WELL
    let told: ToldHealth[] = []
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        admin: adminPorts(means, {
          pluginHealth: () => Promise.resolve(health),
          toldHealths: () => Promise.resolve(told),
        }),
      }))
    })
    after(() => world.close())

    const main = async (path: string) => {
      const { text } = await world.staff.get(path)
      return text.slice(text.indexOf('<main')).replace(/\s+/g, ' ')
    }
    const page = (now: Partial<PluginsHealth>) => {
      health = { ...WELL, ...now }
      return main('/admin/plugins/health')
    }

    it('is well with all of the wall that Berth makes, and not without network or room or where it is switched off', async () => {
      assert.match(await page({}), /Healthy.*Missing on this system.*nothing/)
      const gap = await page({ wallMissing: ['network'] })
      assert.match(gap, /Degraded.*does not give: an empty network for plugin hosts/)
      assert.match(await page({ wallMissing: ['room'] }), /Degraded.*does not give: /)
      assert.match(await page({ wallMissing: ['system_calls', 'memory'] }), /Healthy.*does not give: /)
      const off = await page({ wallOff: true })
      assert.match(
        off,
        /Degraded.*switched off \(BERTH_PLUGIN_WALL=off\).*all of it: the wall is switched off/,
      )
    })

    it('names hosts by what runs in them', async () => {
      const { instance } = world.ids
      const host = (ward: string, pid: number) => ({ ward, pid, cost: null })
      const text = await page({ hosts: [host('money', 1), host('rest', 2), host(`suspect ${instance}`, 3)] })
      assert.match(text, /plugins that take money.*all other plugins.*“[^”]+” by itself/)
      assert.doesNotMatch(text, new RegExp(`suspect ${instance}`))
    })

    it('says in words why hosts ended, for every reason that is told', async () => {
      const at = world.means.clock.now()
      const told = lossNames.filter((name) => !['calm', 'unneeded', 'core_stops'].includes(name))
      const text = await page({ losses: told.map((name) => ({ ward: 'money', name, at })) })
      assert.match(
        text,
        /plugins that take money.*it asked more than a call may: somebody else may have spoken/,
      )
      assert.doesNotMatch(text, /admin\.plugins\.loss/)
    })

    it('says which host outside is slow or fails since when, and why', async () => {
      const { instance } = world.ids
      const at = '2026-01-15T13:00:00.000Z' as Instant
      const one = { instance, requests: 40, failures: 10, failedShare: 0.25, medianMs: 120, p95Ms: 9_000 }
      const trouble = (host: string, name: OutsideTrouble, status: number | null = null) => ({
        ...{ ...one, host, troubledSince: at, last: { trouble: name, status, at } },
      })
      const text = await page({
        outside: [
          { ...one, host: 'well.example', troubledSince: null, last: null },
          trouble('slow.example', 'slow', 200),
          trouble('down.example', 'status', 503),
        ],
      })
      assert.match(text, /down\.example.*40.*25%.*it answered 503.*fails since[^<]*14:00/)
      assert.match(text, /slow\.example.*120 ms, 95 %: 9,000 ms.*more than 3 seconds.*slow since[^<]*14:00/)
      assert.match(text, /slow\.example.*well\.example/, 'what is in trouble comes first')
    })

    it('says every trouble in words', async () => {
      const at = world.means.clock.now()
      const one = { instance: world.ids.instance, requests: 1, failures: 1, failedShare: 1 }
      const times = { medianMs: 1, p95Ms: 1, troubledSince: at }
      const text = await page({
        outside: TROUBLES.map((trouble) => ({
          ...{ ...one, ...times, host: trouble, last: { trouble, status: 500, at } },
        })),
      })
      assert.doesNotMatch(text, /admin\.plugins\.outside/)
    })

    it('shows on the pages of a plugin and of an instance what processes beside it say, but for the silent', async () => {
      const at = world.means.clock.now()
      const { instance } = world.ids
      const { plugin_id } = (await world.means.db.get<{ plugin_id: string }>(
        sql`select plugin_id from plugin_instances where id = ${instance}`,
      ))!
      const saying = (host: string, calls: number, silent: boolean): ToldHealth => {
        const one = { instance, failures: 0, medianMs: 5, p95Ms: 9 }
        const outside = { ...one, host, requests: 4, failedShare: 0, troubledSince: null, last: null }
        const figures = { ...one, calls, cpuMs: 1, heap: null, last: [] }
        const said = { outside: [outside], figures: [figures], tripped: [`${instance} gateway.of_${host}`] }
        const process = { id: `hpr_${host}`, role: 'work', machine: 'node-2', pid: 7, started_at: at }
        return { process, told_at: at, silent, health: { ...WELL, ...said } }
      }
      health = WELL
      told = [saying('asked-by-jobs.example', 4_711, false), saying('gone.example', 99, true)]
      for (const path of [`/admin/plugins/instances/${instance}`, `/admin/plugins/${plugin_id}`]) {
        const text = await main(path)
        assert.match(elementOf(text, 'paused'), /gateway\.of_asked-by-jobs\.example/)
        assert.match(elementOf(text, 'plugin-outside'), /asked-by-jobs\.example/)
        assert.match(elementOf(text, 'plugin-figures'), /4,?711.*since Berth started/)
        assert.doesNotMatch(text, /gone\.example/)
      }
      told = []
    })

    it('says that something is paused only of what is on', async () => {
      const { instance } = world.ids
      const tripped = [`${instance} gateway.look_up`]
      assert.match(await page({ tripped }), /Degraded.*gateway\.look_up: paused/)
      await world.means.db.run(sql`update plugin_instances set status = 'disabled' where id = ${instance}`)
      const text = await page({ tripped })
      assert.match(text, /Healthy/)
      assert.doesNotMatch(text, /paused/)
    })
  })
