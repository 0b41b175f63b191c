import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { makeUser } from '../../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`people of a client, for staff (${engine})`, () => {
    let world: AdminWorld
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/clients/${world.ids.client}/people`
    })
    after(() => world.close())

    const realm = async () =>
      (await world.means.db.get<{ realm_id: string }>(
        sql`select realm_id from brands where id = ${world.ids.brand}`,
      ))!.realm_id
    const hrefOf = (text: string, pattern: RegExp) => {
      const href = pattern.exec(text)?.[1]
      assert.ok(href, String(pattern))
      return href
    }

    it('adds whoever has an account, changes the rights and removes the member again', async () => {
      const { staff } = world
      const user = await makeUser(world.means, { realm_id: await realm(), name: 'Mo Member' })
      assertStatus(await staff.get(at), 200)
      const none = await staff.post(at, { email: user.email })
      assertStatus(none, 422)
      assert.match(none.text, new RegExp(`value="${user.email}"`))
      assertStatus(await staff.post(at, { email: user.email, set_look: 'on', rights: 'invoice.read' }), 303)
      const listed = await staff.get(at)
      assertShows(listed.text, /Mo Member.*see everything, invoice\.read/s)
      const row = (await world.means.db.get<{ id: string }>(
        sql`select id from memberships where user_id = ${user.id}`,
      ))!
      const own = `${at}/${row.id}`
      assert.match(listed.text, new RegExp(`href="${own}"`))
      assertStatus(await staff.get(own), 200)
      assertStatus(await staff.post(own, { set_pay: 'on', ends_on: '2026-12-31' }), 303)
      assertShows((await staff.get(at)).text, /Mo Member.*pay/s)
      assertStatus(await staff.post(own, { rights: 'boat.sail' }), 422)
      assertStatus(await staff.post(`${own}/remove`), 303)
      assert.doesNotMatch((await staff.get(at)).text, /Mo Member/)
    })

    it('invites whoever has none, and withdraws', async () => {
      const { staff } = world
      await staff.get(at)
      assertStatus(await staff.post(at, { email: 'nobody@quay.example', set_pay: 'on' }), 303)
      const listed = await staff.get(at)
      assertShows(listed.text, /nobody@quay\.example has no confirmed account here/)
      const withdraw = hrefOf(listed.text, /action="([^"]+\/withdraw)"/)
      assertStatus(await staff.post(withdraw), 303)
      assert.doesNotMatch((await staff.get(at)).text, /<td[^>]*>nobody@quay/)
    })

    it('invites one address to the client and to a service of it, and tells them apart', async () => {
      const { staff, ids } = world
      await staff.get(at)
      const wanted = { email: 'both@quay.example', set_pay: 'on' }
      for (const service_id of ['', ids.service])
        assertStatus(await staff.post(at, { ...wanted, service_id }), 303)
      const { text } = await staff.get(at)
      assert.equal(new Set(text.match(/\/invitations\/mei_\w+\/withdraw/g)).size, 2)
      assert.match(text, new RegExp(`href="/admin/services/${ids.service}"[^>]*>\\s*one service`))
    })

    it('keeps an owner', async () => {
      const owner = (await world.means.db.get<{ id: string }>(
        sql`select id from memberships where client_id = ${world.ids.client} and owner = 1`,
      ))!
      await world.staff.get(at)
      assertStatus(await world.staff.post(`${at}/${owner.id}`, { set_all: 'on' }), 409)
      assertStatus(await world.staff.post(`${at}/${owner.id}/remove`), 409)
    })

    it('keeps contacts', async () => {
      const { staff } = world
      const contacts = `/admin/clients/${world.ids.client}/contacts`
      await staff.get(at)
      const books = { contact_name: 'Books', contact_email: 'books@quay.example' }
      assertStatus(await staff.post(contacts, books), 422)
      assertStatus(await staff.post(contacts, { ...books, topic_invoices: 'on' }), 303)
      const href = hrefOf((await staff.get(at)).text, new RegExp(`href="(${contacts}/cnt_\\w+)"`))
      assertStatus(await staff.get(href), 200)
      const moved = { ...books, contact_name: 'Ledger', topic_support: 'on' }
      assertStatus(await staff.post(href, moved), 303)
      assertShows((await staff.get(at)).text, /Ledger.*support/s)
      assertStatus(await staff.post(`${href}/remove`), 303)
      assertStatus(await staff.get(href), 404)
    })

    it('shows no form to whoever may only look', async () => {
      const clerk = await world.signedIn(['membership.list'])
      const page = await clerk.get(at)
      assertStatus(page, 200)
      assert.doesNotMatch(page.text, /name="set_look"|\/remove"/)
      assertStatus(await clerk.post(at, { email: 'x@quay.example', set_pay: 'on' }), 403)
    })
  })
