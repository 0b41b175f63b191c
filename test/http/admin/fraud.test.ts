import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engines } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import type { Reply } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'
import { sql } from '../../../core/db/index.ts'

for (const engine of engines)
  describe(`orders that staff mark as fraud (${engine})`, () => {
    let world: AdminWorld
    let at: string
    let api: (method: string, path: string, body?: object) => Promise<{ status: number; text: string }>
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/orders/${world.ids.order}`
      await world.staff.get('/admin/me/keys')
      const made = await world.staff.post('/admin/me/keys', { name: 'all', scopes: '*', days: '' })
      const key = /berth_[\w-]+/.exec(made.text)![0]
      api = async (method, path, body) => {
        const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
        const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
        const answer = await fetch(`${world.web.address}/api/v1${path}`, init)
        return { status: answer.status, text: await answer.text() }
      }
    })
    after(() => world.close())

    const send = async (act: string, reason: string): Promise<Reply> => {
      assertStatus(await world.staff.get(`${at}/${act}`), 200)
      return world.staff.post(`${at}/${act}`, { reason })
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await world.staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const status = async () =>
      (await world.means.db.get<{ status: string }>(
        sql`select status from orders where id = ${world.ids.order}`,
      ))!.status

    it('say what follows, take a reason, and stand in a list of their own', async () => {
      assertShows((await world.staff.get(`${at}/mark-fraud`)).text, /Nothing of it is delivered any more/)
      assertStatus(await send('mark-fraud', ''), 422)
      assert.equal(await status(), 'placed')
      assertShows(await follow(await send('mark-fraud', 'Stolen card')), /The order was marked as fraud/)
      assert.equal(await status(), 'fraud')
      assertShows((await world.staff.get(at)).text, /Stolen card/)
      assertShows((await world.staff.get('/admin/orders?status=fraud')).text, new RegExp(world.ids.order))
      assertStatus(await world.staff.post(`${at}/mark-fraud`, { reason: 'Again' }), 409)
      const helper = await world.signedIn(['order.read', 'order.list'])
      assert.doesNotMatch((await helper.get(at)).text, /clear-fraud/)
      assertStatus(await helper.post(`${at}/clear-fraud`, { reason: 'x' }), 403)
    })

    it('point out their client to staff, and nothing of it to the client', async () => {
      const client = await world.staff.get(`/admin/clients/${world.ids.client}`)
      assertShows(client.text, /An order of this client is marked as fraud/)
      const marked = await world.staff.get('/admin/clients?status=fraud')
      assertShows(marked.text, new RegExp(world.ids.client))
      assert.doesNotMatch(marked.text, new RegExp(world.ids.otherClient))
      const { email } = (await world.means.db.get<{ email: string }>(
        sql`select email from users where id = ${world.ids.user}`,
      ))!
      const buyer = world.web.browser()
      assertStatus(await buyer.signIn(email, PASSWORD), 303)
      for (const path of ['/portal/orders', `/portal/orders/${world.ids.order}`]) {
        const page = await buyer.get(path)
        assertShows(page.text, /On hold/)
        assert.doesNotMatch(page.text, /fraud|Stolen card/i)
      }
    })

    it('can be taken back, to be decided anew', async () => {
      assertShows(await follow(await send('clear-fraud', 'They called')), /The mark was taken back/)
      assert.equal(await status(), 'held')
      const client = await world.staff.get(`/admin/clients/${world.ids.client}`)
      assert.doesNotMatch(client.text, /marked as fraud/)
    })

    it('are marked and cleared over the API too', async () => {
      const path = `/orders/${world.ids.order}`
      assert.equal((await api('POST', `${path}/mark-fraud`, {})).status, 422)
      const marked = await api('POST', `${path}/mark-fraud`, { reason: 'Stolen card' })
      assert.deepEqual(
        [marked.status, (JSON.parse(marked.text) as { status: string }).status],
        [200, 'fraud'],
      )
      const listed = JSON.parse((await api('GET', '/orders?status=fraud')).text) as {
        items: { id: string }[]
      }
      assert.deepEqual(
        listed.items.map(({ id }) => id),
        [world.ids.order],
      )
      assert.equal((await api('POST', `${path}/mark-fraud`, { reason: 'Again' })).status, 409)
      assert.equal((await api('POST', `${path}/clear-fraud`, { reason: 'They called' })).status, 200)
      assert.equal(await status(), 'held')
    })

    it('name what has passed on to another client, which they do not touch', async () => {
      const order = await world.means.db.get<{ service_id: string; label: string }>(sql`
        select i.service_id, s.label from order_items i join services s on s.id = i.service_id
        where i.order_id = ${world.ids.order} order by i.position limit 1`)
      const said = new RegExp(`${order!.label} has passed on to`)
      assert.doesNotMatch((await world.staff.get(at)).text, said)
      await world.means.db.run(
        sql`update services set client_id = ${world.ids.otherClient} where id = ${order!.service_id}`,
      )
      for (const path of [at, `${at}/mark-fraud`, `${at}/reject`])
        assertShows((await world.staff.get(path)).text, said)
    })
  })
