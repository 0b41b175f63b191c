import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { creditBalance } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines } from '../support/databases.ts'
import { PASSWORD } from '../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'

for (const engine of engines)
  describe(`gift cards on their pages (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    it('staff issue one and see its code once; the client redeems it into credit, once', async () => {
      const { staff, ids, web, means } = world
      await staff.get('/admin/gift-cards/new')
      const fields = { brand_id: ids.brand, currency: 'EUR', amount: '25.00', note: 'For the festival' }
      assertStatus(await staff.post('/admin/gift-cards', { ...fields, amount: '0' }), 422)
      assertStatus(await staff.post('/admin/gift-cards', { ...fields, currency: 'XYZ' }), 422)
      const made = await staff.post('/admin/gift-cards', fields)
      assertStatus(made, 200)
      const code = /([0-9A-Z]{4}-){3}[0-9A-Z]{4}/.exec(made.text)![0]
      const { id } = (await means.db.get<{ id: string }>(sql`select id from gift_cards`))!
      const page = await staff.get(`/admin/gift-cards/${id}`)
      assertShows(page.text, /For the festival/)
      assert.ok(!page.text.includes(code), 'the code is not shown again')
      const user = (await means.db.get<{ email: string }>(
        sql`select email from users where id = ${ids.user}`,
      ))!
      const client = web.browser()
      assertStatus(await client.signIn(user.email, PASSWORD), 303)
      const before = await creditBalance(means.db, ids.client, 'EUR')
      await client.get('/portal/credit/gift-card')
      const wrong = await client.post('/portal/credit/gift-card', { code: 'AAAA-BBBB-CCCC-DDDD' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /no gift card with this code/)
      const done = await client.post('/portal/credit/gift-card', { code: code.toLowerCase() })
      assert.equal(done.location, '/portal/credit')
      assertShows((await client.get('/portal/credit')).text, /€25\.00 were added/)
      assert.equal((await creditBalance(means.db, ids.client, 'EUR')) - before, 2_500n)
      await client.get('/portal/credit/gift-card')
      assertStatus(await client.post('/portal/credit/gift-card', { code }), 422)
      assertShows((await staff.get('/admin/gift-cards?status=spent')).text, /Used up/)
    })

    it('a lost code is replaced, a card that was given is voided; other staff may do neither', async () => {
      const { staff, ids, means } = world
      await staff.get('/admin/gift-cards/new')
      await staff.post('/admin/gift-cards', { brand_id: ids.brand, currency: 'EUR', amount: '10' })
      const { id } = (await means.db.get<{ id: string }>(
        sql`select id from gift_cards where initial_minor = 1000`,
      ))!
      const at = `/admin/gift-cards/${id}`
      await staff.get(at)
      assertShows((await staff.post(`${at}/code`)).text, /([0-9A-Z]{4}-){3}[0-9A-Z]{4}/)
      const clerk = await world.signedIn(['gift_card.read', 'gift_card.list'])
      await clerk.get(at)
      assertStatus(await clerk.post(`${at}/void`, { reason: 'x' }), 403)
      await staff.get(`${at}/void`)
      assertStatus(await staff.post(`${at}/void`, { reason: '' }), 422)
      assertStatus(await staff.post(`${at}/void`, { reason: 'Given twice' }), 303)
      assertShows((await staff.get(at)).text, /Void/)
    })
  })
