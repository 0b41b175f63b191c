import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { makeUser, PASSWORD } from '../../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`users, for staff (${engine})`, () => {
    let world: AdminWorld
    let user: { id: string; email: string }
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      const { realm_id } = (await world.means.db.get<{ realm_id: string }>(
        sql`select realm_id from brands where id = ${world.ids.brand}`,
      ))!
      user = await makeUser(world.means, { realm_id, name: 'Una User' })
      at = `/admin/users/${user.id}`
    })
    after(() => world.close())

    const stateOf = async () =>
      (await world.means.db.get<{ status: string }>(sql`select status from users where id = ${user.id}`))!
        .status
    const mailsTo = (address: string) =>
      (world.means.jobs.of('mail.send') as unknown as { template: string; to: { address: string } }[])
        .filter(({ to }) => to.address === address)
        .map(({ template }) => template)
    const signIn = async () => {
      const browser = world.web.browser()
      return { browser, reply: await browser.signIn(user.email, PASSWORD) }
    }

    it('are found by address and name, and staff are not among them', async () => {
      const list = await world.staff.get(`/admin/users?q=${encodeURIComponent(user.email)}`)
      assertStatus(list, 200)
      assertShows(list.text, /Una User/)
      const none = await world.staff.get('/admin/users?q=nobody-at-all')
      assert.doesNotMatch(none.text, /Una User/)
      const staff = (await world.means.db.get<{ id: string }>(
        sql`select u.id from users u join realms r on r.id = u.realm_id where r.kind = 'staff'`,
      ))!
      assertStatus(await world.staff.get(`/admin/users/${staff.id}`), 404)
    })

    it('are disabled with a reason, which ends their sessions, and enabled again', async () => {
      const { staff } = world
      const { browser } = await signIn()
      assertStatus(await staff.get(`${at}/disable`), 200)
      assertStatus(await staff.post(`${at}/disable`, { reason: '' }), 422)
      assertStatus(await staff.post(`${at}/disable`, { reason: 'Stolen password' }), 303)
      assert.equal(await stateOf(), 'disabled')
      assert.match((await browser.get('/portal')).location ?? '', /sign-in/)
      assert.equal((await signIn()).reply.status, 403)
      assertShows((await staff.get(at)).text, /Stolen password/)
      assertStatus(await staff.post(`${at}/disable`, { reason: 'Again' }), 409)
      assertStatus(await staff.post(`${at}/enable`, { reason: 'Talked to her' }), 303)
      assert.equal(await stateOf(), 'active')
      assert.equal((await signIn()).reply.status, 303)
    })

    it('are sent a reset link, are signed out everywhere, and get another address by a link', async () => {
      const { staff } = world
      const { browser } = await signIn()
      await staff.get(at)
      assertStatus(await staff.post(`${at}/reset`), 303)
      assert.deepEqual(mailsTo(user.email), ['reset-password'])
      assertStatus(await staff.post(`${at}/end-sessions`), 303)
      assert.match((await browser.get('/portal')).location ?? '', /sign-in/)
      assertStatus(await staff.get(`${at}/email`), 200)
      assertStatus(await staff.post(`${at}/email`, { email: 'nonsense' }), 422)
      assertStatus(await staff.post(`${at}/email`, { email: 'una.new@quay.example' }), 303)
      assert.deepEqual(mailsTo('una.new@quay.example'), ['verify-email'])
      assert.equal(mailsTo(user.email).at(-1), 'email-asked')
      assertShows((await staff.get(at)).text, new RegExp(user.email))
    })

    it('are acted upon by those alone who may', async () => {
      const clerk = await world.signedIn(['user.list', 'user.read'])
      const page = await clerk.get(at)
      assertStatus(page, 200)
      assert.doesNotMatch(page.text, /Send reset link|End all sessions|Change sign-in address/)
      for (const act of ['disable', 'enable', 'reset', 'end-sessions', 'email'])
        assertStatus(await clerk.post(`${at}/${act}`, { reason: 'x', email: 'x@quay.example' }), 403)
      assert.equal(await stateOf(), 'active')
    })
  })
