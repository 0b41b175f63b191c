import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { textOf } from '../portal/shop.ts'
import { MINECRAFT, openShopFront, type ShopFront } from './shop-front.ts'

for (const engine of engines)
  describe(`what visitors compare (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    /** The table as rows of texts: yes and no by their spoken words. */
    const tableOf = (html: string) => {
      const [, table] = /class="b-compare"[^>]*>([\s\S]*?)<\/table>/.exec(html) ?? []
      return [...(table ?? '').matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
        [...row!.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => textOf(cell!).trim()),
      )
    }

    const HOSTING = '/shop/web-hosting'

    test('a group with the layout "table" sets prices and features of its plans side by side', async () => {
      const { text } = await shop.web.browser().get(HOSTING)
      assert.deepEqual(tableOf(text), [
        ['Feature', 'Web Start €2.90 a month', 'Web Pro €8.90 a month'],
        ['Monthly', '€2.90', '€8.90'],
        ['Yearly', '€29.00', '€89.00'],
        ['Every 2 years', '€54.00', '€166.00'],
        ['Sites', '1', '10'],
        ['Storage', '10 GB', '100 GB'],
        ['Mailboxes', '10', '100'],
        ['Free certificates', 'Included', 'Not included'],
        ['Staging sites', 'Not included', 'Included'],
        ['Daily backup for a month', 'Not included', 'Included'],
        ['', 'Order', 'Order'],
      ])
      assert.match(text, /class="b-compare" tabindex="0" role="region" aria-label="Side by side"/)
      await means.db.run(sql`update product_groups set layout = 'cards' where slug = 'web-hosting'`)
      const cards = await shop.web.browser().get(HOSTING)
      assert.deepEqual(tableOf(cards.text), [])
      for (const name of ['Web Start', 'Web Pro']) assert.ok(textOf(cards.text).includes(name))
      await means.db.run(sql`update product_groups set layout = 'table' where slug = 'web-hosting'`)
    })

    test('a visitor chooses the currency, and every page and the cart keep it', async () => {
      const browser = shop.web.browser()
      const home = await browser.get('/')
      for (const currency of ['EUR', 'USD', 'IDR'])
        assert.match(home.text, new RegExp(`name="currency" value="${currency}"`))
      const chosen = await browser.post('/preferences', { currency: 'USD', back: HOSTING })
      assert.equal(chosen.location, HOSTING)
      assert.deepEqual(tableOf((await browser.get(HOSTING)).text).slice(0, 4), [
        ['Feature', 'Web Start $3.20 a month', 'Web Pro $9.80 a month'],
        ['Monthly', '$3.20', '$9.80'],
        ['Yearly', '$32.00', '$98.00'],
        ['Every 2 years', '$59.00', '$182.00'],
      ])
      await browser.post('/cart/items', MINECRAFT)
      assert.match((await browser.get('/cart')).text, /\$7\.50/)
      await browser.post('/preferences', { currency: 'IDR', back: '/cart' })
      assert.match((await browser.get('/cart')).text, /IDR/)
      await browser.post('/preferences', { currency: 'JPY', back: '/cart' })
      assert.match((await browser.get('/cart')).text, /IDR/)
    })
  })
