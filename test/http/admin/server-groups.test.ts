import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`groups of servers that staff change (${engine})`, () => {
    let world: AdminWorld
    let at: string
    let api: (method: string, path: string, body?: object) => Promise<{ status: number; body: Group }>
    interface Group {
      id: string
      name: string
      fill: string
      version: number
      items: Group[]
    }
    before(async () => {
      world = await openAdmin(engine)
      assertStatus(await world.staff.get('/admin/servers'), 200)
      assertStatus(await world.staff.post('/admin/server-groups', { name: 'Nodes', fill: 'fill_first' }), 303)
      at = `/admin/server-groups/${(await group()).id}`
      await world.staff.get('/admin/me/keys')
      const made = await world.staff.post('/admin/me/keys', { name: 'all', scopes: '*', days: '' })
      const key = /berth_[\w-]+/.exec(made.text)![0]
      api = async (method, path, body) => {
        const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
        const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
        const answer = await fetch(`${world.web.address}/api/v1${path}`, init)
        return { status: answer.status, body: JSON.parse(await answer.text()) as Group }
      }
    })
    after(() => world.close())

    const group = async () =>
      (await world.means.db.get<{ id: string; name: string; fill: string; version: number }>(
        sql`select id, name, fill, version from server_groups order by created_at limit 1`,
      ))!

    it('take another name and another rule, with the servers in them in sight', async () => {
      await world.means.db.run(
        sql`update servers set group_id = ${(await group()).id} where id = ${world.ids.server}`,
      )
      assertShows((await world.staff.get('/admin/servers')).text, new RegExp(`href="${at}"`))
      assertShows((await world.staff.get(at)).text, /node-7/)
      const { version } = await group()
      const form = { name: 'Games', fill: 'least_used', _version: String(version) }
      assertStatus(await world.staff.post(at, { ...form, name: '' }), 422)
      assertStatus(await world.staff.post(at, form), 303)
      const changed = await group()
      assert.deepEqual([changed.name, changed.fill], ['Games', 'least_used'])
      assertStatus(await world.staff.post(at, form), 409)
      const reader = await world.signedIn(['server.list'])
      assert.doesNotMatch((await reader.get(at)).text, /name="fill"/)
      assertStatus(await reader.post(at, form), 403)
    })

    it('are listed, added and changed over the API', async () => {
      const made = await api('POST', '/server-groups', { name: 'Web', fill: 'fill_first' })
      assert.deepEqual([made.status, made.body.name, made.body.fill], [201, 'Web', 'fill_first'])
      const { id, version } = made.body
      const wish = { name: 'Web 2', fill: 'least_used', version }
      const changed = await api('POST', `/server-groups/${id}`, wish)
      assert.deepEqual([changed.status, changed.body.fill], [200, 'least_used'])
      assert.equal((await api('POST', `/server-groups/${id}`, wish)).status, 409)
      assert.equal((await api('POST', '/server-groups/svg_x', wish)).status, 404)
      const listed = (await api('GET', '/server-groups')).body.items
      assert.deepEqual(
        listed.map(({ name }) => name),
        ['Games', 'Web 2'],
      )
    })
  })
