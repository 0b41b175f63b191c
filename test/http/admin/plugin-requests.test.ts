import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { writeCall } from '../../plugins/support/write-desk.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const data = ['client.write:billable_item:all', 'client.write:note:all']

for (const engine of engines) {
  describe(`requests of plugins in the desk (${engine})`, () => {
    let world: AdminWorld
    let ask: ReturnType<typeof writeCall>
    before(async () => {
      world = await openAdmin(engine)
      ask = writeCall(world.means, { data, instance: world.ids.instance })
    })
    after(() => world.close())

    const bill = (reference: string, minor: string) =>
      ask('client.write:billable_item', world.ids.client, reference, {
        description: `Work ${reference}`,
        amount: { minor, currency: 'EUR' },
      })
    const waiting = async () =>
      (await world.means.db.get<{ id: string }>(
        sql`select id from plugin_requests where status = 'waiting' order by id desc limit 1`,
      ))!.id

    test('show what they take first, who asks and what for, on the board and in a list', async () => {
      assertShows((await world.staff.get('/admin/plugin-requests')).text, /Nothing was asked for/)
      await bill('one', '12345')
      assertShows((await world.staff.get('/admin')).text, /Requests of plugins to decide/)
      const { text } = await world.staff.get('/admin/plugin-requests')
      assertShows(text, /Charge €123\.45 with the next invoice: Work one/)
      const instance = `status=all&(amp;)?instance=${world.ids.instance}`
      assertShows(text, new RegExp(`/admin/plugin-requests\\?${instance}`))
      assertShows(
        (await world.staff.get('/admin/plugin-requests?status=approved')).text,
        /Nothing was asked for/,
      )
      assertShows(
        (await world.staff.get(`/admin/plugin-requests?client=${world.ids.client}`)).text,
        /Work one/,
      )
    })

    test('are approved with the sum on the button, and done', async () => {
      const id = await waiting()
      assertShows((await world.staff.get(`/admin/plugin-requests/${id}`)).text, /Approve: charge €123\.45/)
      assertStatus(await world.staff.post(`/admin/plugin-requests/${id}/approve`, {}), 303)
      assertShows((await world.staff.get('/admin/plugin-requests')).text, /approved and carried out/)
      const page = (await world.staff.get(`/admin/plugin-requests/${id}`)).text
      assertShows(page, /Approved/)
      assert.doesNotMatch(page, /Approve: charge/)
      const again = await world.staff.post(`/admin/plugin-requests/${id}/approve`, {})
      assertStatus(again, 409)
      assertShows(again.text, /is approved already/)
      const items = await world.means.db.all(sql`select id from billable_items where name = 'Work one'`)
      assert.equal(items.length, 1)
    })

    test('are refused with a reason, and not without one', async () => {
      await bill('two', '500')
      const id = await waiting()
      const at = `/admin/plugin-requests/${id}/refuse`
      assertShows((await world.staff.get(at)).text, /Nothing is written and nothing is charged/)
      assertStatus(await world.staff.post(at, { reason: '' }), 422)
      assertStatus(await world.staff.post(at, { reason: 'Twice <b>' }), 303)
      assertShows((await world.staff.get(`/admin/plugin-requests/${id}`)).text, /Twice &lt;b&gt;/)
      assert.deepEqual(await bill('two', '500'), { outcome: 'refused', reason: 'Twice <b>' })
    })

    test('what went through by grant names the plugin', async () => {
      await ask('client.write:note', world.ids.client, 'three', { body: 'A note of it' })
      const { text } = await world.staff.get('/admin/plugin-requests?status=approved')
      assertShows(text, /Add a note: A note of it/)
      const id = /row-(prq_\w+)/.exec(text)![1]!
      assertShows((await world.staff.get(`/admin/plugin-requests/${id}`)).text, /by what was granted to it/)
    })

    test('whoever may only look, or could not charge a client, approves nothing', async () => {
      await bill('four', '500')
      const id = await waiting()
      const reader = await world.signedIn(['plugin_request.list', 'plugin_request.read'])
      assert.doesNotMatch((await reader.get(`/admin/plugin-requests/${id}`)).text, /Approve: charge/)
      assertStatus(await reader.post(`/admin/plugin-requests/${id}/approve`, {}), 403)
      assertStatus(await reader.post(`/admin/plugin-requests/${id}/refuse`, { reason: 'x' }), 403)
      const half = await world.signedIn(['plugin_request.*'])
      assertShows(
        (await half.get(`/admin/plugin-requests/${id}`)).text,
        /aria-disabled="true"[^>]*title="It would be done in your name[\s\S]*Approve: charge/,
      )
      assertStatus(await half.post(`/admin/plugin-requests/${id}/approve`, {}), 403)
    })
  })
}
