import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { permissionCatalogue } from '../../../core/identity/index.ts'
import { engines } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import type { WebBrowser } from '../../support/web.ts'
import { textOf } from '../portal/shop.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`the own account of staff (${engine})`, () => {
    let world: AdminWorld
    let clerk: WebBrowser
    before(async () => {
      world = await openAdmin(engine)
      clerk = await world.signedIn(['invoice.read', 'invoice.list'])
    })
    after(() => world.close())

    const bearer = (key: string, path: string) =>
      fetch(`${world.web.address}/api/v1/${path}`, { headers: { Authorization: `Bearer ${key}` } })

    it('is open to everybody of staff, and is no permission that a role could hold', async () => {
      assertStatus(await clerk.get('/admin/me'), 200)
      const changed = await clerk.post('/admin/me', { name: 'Cleo Clerk', locale: 'de', theme: 'dark' })
      assertStatus(changed, 303)
      const page = await clerk.get('/admin/me')
      assertShows(page.text, /Mein Konto/)
      assert.match(page.text, /value="Cleo Clerk"/)
      const nouns = permissionCatalogue().map(({ noun }) => noun)
      assert.ok(!nouns.includes('session') && nouns.includes('invoice'), nouns.join(' '))
      await clerk.post('/admin/me', { name: 'Cleo Clerk', locale: 'en', theme: 'system' })
    })

    it('ends its other sessions by a button that works without scripts', async () => {
      const elsewhere = world.web.browser()
      const { email } = (await world.means.db.get<{ email: string }>(
        sql`select email from users where name = 'Cleo Clerk'`,
      ))!
      assertStatus(await elsewhere.signIn(email, PASSWORD, '/admin/sign-in'), 303)
      const page = await clerk.get('/admin/me')
      assert.match(page.text, /<form method="post" action="\/admin\/me\/sessions\/end-others"/)
      assertStatus(await clerk.post('/admin/me/sessions/end-others'), 303)
      assert.match((await elsewhere.get('/admin/me')).location ?? '', /sign-in/)
      assertStatus(await clerk.get('/admin/me'), 200)
    })

    it('changes its sign-in address by a link that leads back to the pages of staff', async () => {
      const email = 'cleo.new@berth.example'
      await clerk.get('/admin/me')
      const wrong = await clerk.post('/admin/me/email', { email, current_password: 'wrong' })
      assertStatus(wrong, 422)
      assertStatus(await clerk.post('/admin/me/email', { email, current_password: PASSWORD }), 303)
      const mails = world.means.jobs.of('mail.send') as unknown as {
        to: { address: string }
        data: { path: string }
      }[]
      const { path } = mails.find(({ to }) => to.address === email)!.data
      assert.match(path, /^\/admin\/verify-email\//)
      assertStatus(await clerk.get(path), 200)
      const followed = await clerk.post(path)
      assert.deepEqual(
        [followed.status, followed.location],
        [303, '/admin'],
        textOf(followed.text).slice(0, 500),
      )
      assertShows((await clerk.get('/admin/me')).text, /cleo\.new@berth\.example/)
    })

    it('makes an API key, shows it once, and lets it do what its scopes say', async () => {
      await clerk.get('/admin/me/keys')
      const made = await clerk.post('/admin/me/keys', { name: 'Watch', scopes: 'invoice.list', days: '30' })
      assertStatus(made, 200)
      const key = /berth_[\w-]+/.exec(made.text)?.[0]
      assert.ok(key, 'the key is shown')
      assert.equal((await bearer(key, 'invoices')).status, 200)
      assert.equal((await bearer(key, 'clients')).status, 403)
      const list = await clerk.get('/admin/me/keys')
      assert.doesNotMatch(list.text, new RegExp(key))
      assertShows(list.text, /Watch/)
      const row = await world.means.db.get<{ id: string; scopes: string }>(
        sql`select id, scopes from api_keys`,
      )
      assert.equal(row!.scopes, '["invoice.list"]')
      assertStatus(await clerk.post(`/admin/me/keys/${row!.id}/revoke`), 303)
      assert.equal((await bearer(key, 'invoices')).status, 401)
    })

    it('refuses scopes that one does not hold, or that fit nothing, and keeps what was typed', async () => {
      await clerk.get('/admin/me/keys')
      const beyond = await clerk.post('/admin/me/keys', { name: 'More', scopes: 'client.list', days: '' })
      assertStatus(beyond, 403)
      await clerk.get('/admin/me/keys')
      const wrong = await clerk.post('/admin/me/keys', { name: 'Typo', scopes: 'invoce.list', days: '' })
      assertStatus(wrong, 422)
      assert.match(wrong.text, /value="Typo"/)
      assertShows(wrong.text, /id="f-scopes-error"/)
      const count = await world.means.db.get<{ n: number }>(sql`select count(*) as n from api_keys`)
      assert.equal(count!.n, 1)
    })

    it('changes the password only with the old one, and ends the other sessions', async () => {
      const other = await world.signedIn(['invoice.read'])
      await other.get('/admin/me')
      const wrong = await other.post('/admin/me/password', {
        current_password: 'not it at all',
        password: 'quarrel-lantern-velvet-9',
      })
      assertStatus(wrong, 422)
      await other.get('/admin/me')
      const right = await other.post('/admin/me/password', {
        current_password: PASSWORD,
        password: 'quarrel-lantern-velvet-9',
      })
      assertStatus(right, 303)
      assertShows((await other.get('/admin/me')).text, /Your password was changed/)
    })
  })
