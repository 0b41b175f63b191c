import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { words } from '../../../core/app/wire/words.ts'
import { issueDocument, overrideSetting } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { draft, issue } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from '../portal/shop.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const printing = (means: TestMeans) => ({
  ...means,
  translator: (locale: string) => words().translator(locale),
})

for (const engine of engines) {
  describe(`letters in the desk (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    test('are printed, marked and found again; whoever may only look has no act', async () => {
      const { means, staff, ids } = world
      assertShows((await staff.get('/admin/letters')).text, /There is nothing to post/)
      const place = { key: 'billing.by_post', scope: 'client', scope_id: ids.client } as const
      await overrideSetting(means, { ...place, value: true }, staffActor())
      const client = await means.db.get<{ id: string; brand_id: string; currency: string }>(
        sql`select id, brand_id, currency from clients where id = ${ids.client}`,
      )
      for (const _ of [1, 2]) {
        const { id } = await issue(means, draft(client!))
        await issueDocument(printing(means), { invoice_id: id })
      }
      const { text } = await staff.get('/admin/letters')
      assertShows(text, /2 letters to post/)
      const through = /name="through" value="(let_\w+)"/.exec(text)![1]!
      assertShows(
        text,
        new RegExp(
          `hx-boost="false"[^>]*href="/admin/letters\\.pdf\\?through=${through}|href="/admin/letters\\.pdf\\?through=${through}`,
        ),
      )
      const file = await staff.get(`/admin/letters.pdf?through=${through}&sides=2`)
      assertStatus(file, 200)
      assert.equal(file.headers.get('content-type'), 'application/pdf')

      const clerk = await world.signedIn(['letter.list', 'client.read'])
      const shown = (await clerk.get('/admin/letters')).text
      assertShows(shown, /<button[^>]* disabled[^>]*>[^<]*(<svg.*?<\/svg>)?[^<]*Posted/s)
      assert.doesNotMatch(shown, /letters\.pdf/)
      assertStatus(await clerk.post('/admin/letters', { through }), 403)

      assertStatus(await staff.post('/admin/letters', { through }), 303)
      assertShows((await staff.get('/admin/letters')).text, /2 letters were posted/)
      assertShows(
        (await staff.get('/admin/letters?status=posted')).text,
        new RegExp(`/admin/letters/${through}\\.pdf`),
      )
      assertStatus(await staff.get(`/admin/letters/${through}.pdf`), 200)
      assertStatus(await staff.post('/admin/letters', { through }), 303)
      assertShows((await staff.get('/admin/letters')).text, /Nothing was left to post/)
    })
  })

  describe(`letters in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    test('are offered where the brand offers them, with their price, and chosen by a box', async () => {
      const portal = await makePortal(means)
      web = await startWeb(means)
      const browser = await signedIn(web, portal.user)
      assert.doesNotMatch((await browser.get('/portal/account')).text, /Documents by post/)
      assertStatus(await browser.post('/portal/account/post', { by_post: '1' }), 409)
      const terms = { offered: true, fees: [{ currency: 'EUR', amount: '0.95' }], tax_class: 'standard' }
      const place = { key: 'billing.letters', scope: 'brand', scope_id: portal.client.brand_id } as const
      await overrideSetting(means, { ...place, value: terms }, staffActor())
      assert.match(
        textOf((await browser.get('/portal/account')).text),
        /Each letter costs €0\.95, charged with/,
      )
      assertStatus(await browser.post('/portal/account/post', { by_post: '1' }), 303)
      const chosen = await browser.get('/portal/account')
      assert.match(textOf(chosen.text), /From now on your documents also come by post/)
      assert.match(chosen.text, /name="by_post"[^>]*checked/)
      assertStatus(await browser.post('/portal/account/post', {}), 303)
      assert.doesNotMatch((await browser.get('/portal/account')).text, /name="by_post"[^>]*checked/)
    })
  })
}
