import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { lossNames } from '../../../core/plugins/supervisor/host-loss.ts'
import type { PluginsHealth } from '../../../core/plugins/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import { openAdmin, type AdminWorld } from './support.ts'

const WELL: PluginsHealth = {
  ...{ hosts: [], losses: [], suspects: [], tripped: [], figures: [], outbound: {} },
  ...{ wallOff: false, wallMissing: [] },
}

for (const engine of engines)
  describe(`health of plugins in the desk (${engine})`, () => {
    let world: AdminWorld
    let health = WELL
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        admin: adminPorts(means, { pluginHealth: () => Promise.resolve(health) }),
      }))
    })
    after(() => world.close())

    const page = async (now: Partial<PluginsHealth>) => {
      health = { ...WELL, ...now }
      const { text } = await world.staff.get('/admin/plugins/health')
      return text.slice(text.indexOf('<main')).replace(/\s+/g, ' ')
    }

    it('is well with all of the wall, and not without its network or where it is switched off', async () => {
      assert.match(await page({}), /Healthy.*Missing on this system.*nothing/)
      const gap = await page({ wallMissing: ['network'] })
      assert.match(gap, /Degraded.*does not give: an empty network for plugin hosts/)
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
