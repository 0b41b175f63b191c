import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { getQuote, quoteHref } from '../../core/orders/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'

for (const engine of engines)
  describe(`quotes on their pages (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    const lines = (product: string) => ({
      ...{ 'product[0]': product, 'cycle[0]': '1m', 'quantity[0]': '1', 'unit[0]': '4.00', 'percent[0]': '' },
      ...{ 'description[0]': 'memory=8', 'product[1]': '', 'cycle[1]': '', 'description[1]': 'Moving in' },
      ...{ 'quantity[1]': '2', 'unit[1]': '50.00', 'percent[1]': '' },
    })

    it('staff write one, send it, the client accepts by the link without signing in, once', async () => {
      const { staff, ids, web, means } = world
      const search = await staff.get('/admin/quotes/new')
      assertShows(search.text, /quotes\/new\?client=cli_/)
      const form = `/admin/quotes/new?client=${ids.client}`
      const fields = {
        ...{ client_id: ids.client, title: 'A server and the move', expires_on: '2026-02-01' },
        ...{ discount_label: 'Agreed price', ...lines(ids.product) },
      }
      await staff.get(form)
      const wrong = await staff.post('/admin/quotes', { ...fields, expires_on: '2026-01-01' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /value="A server and the move"/)
      const made = await staff.post('/admin/quotes', fields)
      assertStatus(made, 303)
      const at = made.location!
      assertShows((await staff.get(at)).text, /Agreed price[^]*Moving in/)
      assertShows((await staff.get(`${at}/edit`)).text, /value="memory=8"/)
      assertStatus(await staff.post(`${at}/send`), 303)
      const id = at.split('/').at(-1)!
      const quote = await getQuote(means.db, staffActor(), id)
      const href = quoteHref(means, quote)
      const guest = web.browser()
      assertStatus(await guest.get(href.replace(/key=.*/, 'key=guessed')), 404)
      const page = await guest.get(href)
      assertStatus(page, 200)
      assertShows(page.text, /A server and the move[^]*Moving in[^]*Accept and order/)
      const [path, query] = href.split('?')
      const terms = /name="terms"[^>]*value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      const accept = { version_number: '1', name: 'Ada Quay', terms }
      assertStatus(await guest.post(`${path}/accept?${query}`, { ...accept, terms: '' }), 422)
      const done = await guest.post(`${path}/accept?${query}`, accept)
      assertStatus(done, 303)
      assert.match(done.location!, /^\/orders\/ord_\w+\?key=/)
      const again = await guest.post(`${path}/accept?${query}`, accept)
      assertStatus(again, 303)
      const orders = await means.db.all(sql`select id from orders where evidence like ${`%${quote.number}%`}`)
      assert.equal(orders.length, 1)
      assertShows((await guest.get(href)).text, /This quote was accepted/)
      assertShows((await staff.get(at)).text, /Accepted by Ada Quay/)
    })

    it('the client declines with a reason, staff follow up and make the next version', async () => {
      const { staff, ids, web, means } = world
      const fields = {
        ...{ client_id: ids.client, title: 'Moving', expires_on: '2026-02-01', discount_label: 'Less' },
        ...{ 'product[0]': '', 'description[0]': 'Moving in', 'quantity[0]': '1', 'unit[0]': '90.00' },
      }
      await staff.get(`/admin/quotes/new?client=${ids.client}`)
      const at = (await staff.post('/admin/quotes', fields)).location!
      await staff.get(at)
      await staff.post(`${at}/send`)
      const href = quoteHref(means, await getQuote(means.db, staffActor(), at.split('/').at(-1)!))
      const [path, query] = href.split('?')
      const guest = web.browser()
      await guest.get(href)
      const decline = `${path}/decline?${query}`
      assertStatus(await guest.post(decline, { version_number: '1', reason: '' }), 422)
      assertStatus(await guest.post(decline, { version_number: '1', reason: 'Too dear' }), 303)
      assertShows((await staff.get(at)).text, /Declined: Too dear/)
      assertStatus(
        await staff.post(`${at}/follow-up`, { follow_up_on: '2026-01-15', staff_note: 'Call' }),
        303,
      )
      assertShows((await staff.get('/admin/quotes?status=follow')).text, /Moving/)
      const next = await staff.post(`${at}/revise`)
      assert.equal(next.location, `${at}/edit`)
      assertShows((await guest.get(href)).text, /working on a new version/)
      await staff.get(`${at}/withdraw`)
      assertStatus(await staff.post(`${at}/withdraw`, { reason: 'Gone' }), 303)
      assertShows((await guest.get(href)).text, /was withdrawn/)
      const clerk = await world.signedIn(['quote.read', 'quote.list'])
      await clerk.get(at)
      assertStatus(await clerk.post(`${at}/send`), 403)
    })
  })
