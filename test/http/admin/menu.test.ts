import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

/** Each entry of the menu that leads to several pages, with the addresses of its tabs. */
const SHARED = [
  ['/admin/clients', '/admin/client-groups'],
  ['/admin/invoices', '/admin/billables', '/admin/letters', '/admin/document-texts', '/admin/number-series'],
  ['/admin/ledger', '/admin/reconciler'],
  ['/admin/price-lists', '/admin/price-campaigns', '/admin/exchange-rates'],
  ['/admin/coupons', '/admin/bundles', '/admin/gifts', '/admin/gift-cards'],
]

for (const engine of engines)
  describe(`the menu of staff (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    const menuOf = (html: string) => /<nav[^>]*b-side.*?<\/nav>/s.exec(html)![0]

    test('every group stands once, and the menu fits a screen', async () => {
      const menu = menuOf((await world.staff.get('/admin')).text)
      const groups = [...menu.matchAll(/b-side-group">([^<]+)</g)].map(([, name]) => name)
      assert.deepEqual(groups, ['Sales', 'Delivery', 'Billing', 'Shop', 'System'])
      assert.ok(menu.match(/<li>/g)!.length <= 25, menu)
    })

    for (const addresses of SHARED)
      test(`pages behind ${addresses[0]} are one click apart and keep their entry lit`, async () => {
        for (const address of addresses) {
          const reply = await world.staff.get(address)
          assertStatus(reply, 200)
          for (const other of addresses) assertShows(reply.text, new RegExp(`b-tabs.*href="${other}"`, 's'))
          assertShows(menuOf(reply.text), new RegExp(`href="${addresses[0]}" aria-current="page"`))
        }
      })

    test('a page with many acts shows few, and keeps each of the others behind "More"', async () => {
      const { text } = await world.staff.get(`/admin/clients/${world.ids.client}`)
      const head = /<div class="b-head">.*?<h1>.*?<div class="b-row">(.*?)<section/s.exec(text)![1]!
      const [inSight, more] = head.split('<details class="b-menu b-menu-named">') as [string, string]
      const acts = (html: string) => html.match(/<a |<button/g)!.length
      assert.ok(acts(inSight) <= 4, inSight)
      assertShows(inSight, /Edit/)
      assertShows(more, /More/)
      for (const act of ['suspend', 'statement', 'merge'])
        assertShows(more, new RegExp(`(href|action)="[^"]*${act}`))
    })

    test('an entry leads to the first of its pages that one may open, without tabs when there is no other', async () => {
      const clerk = await world.signedIn(['gift_card.list'])
      const reply = await clerk.get('/admin/gift-cards')
      assertStatus(reply, 200)
      assertShows(menuOf(reply.text), /href="\/admin\/gift-cards" aria-current="page"/)
      assert.doesNotMatch(reply.text, /href="\/admin\/(coupons|bundles|gifts)"/)
    })
  })
