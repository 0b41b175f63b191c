import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`how servers are, before staff (${engine})`, () => {
    let world: AdminWorld
    before(async () => void (world = await openAdmin(engine)))
    after(() => world.close())

    const found = async (type: string) => {
      const { means, ids } = world
      const at = means.business.now()
      await means.db.insert('events', [
        {
          id: means.newId('evt'),
          type,
          version: 1,
          subject: ids.server,
          actor: 'test',
          occurred_at: at,
          body: '{}',
        },
      ])
    }
    const pages = async () => {
      const list = await world.staff.get('/admin/servers')
      const page = await world.staff.get(`/admin/servers/${world.ids.server}`)
      for (const one of [list, page]) assertStatus(one, 200)
      return [list.text, page.text] as const
    }
    const shown = /In trouble|>\s*Down|>\s*Good/

    it('says nothing of a server in which nobody ever found trouble', async () => {
      for (const text of await pages()) assert.doesNotMatch(text, shown)
    })

    it('shows in the list and on its page what was found last', async () => {
      await found('server.degraded')
      for (const text of await pages()) assertShows(text, /In trouble/)
      await found('server.down')
      for (const text of await pages()) {
        assertShows(text, /Down/)
        assert.doesNotMatch(text, /In trouble/)
      }
      await found('server.recovered')
      for (const text of await pages()) {
        assertShows(text, /Good/)
        assert.doesNotMatch(text, /In trouble|>\s*Down/)
      }
    })

    it('and leaves it out while the server is in maintenance', async () => {
      await found('server.down')
      await world.means.db.run(sql`update servers set status = 'maintenance' where id = ${world.ids.server}`)
      for (const text of await pages()) assert.doesNotMatch(text, shown)
    })
  })
