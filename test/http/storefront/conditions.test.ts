import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { openShopFront, type ShopFront } from './shop-front.ts'

const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }
const VPS = {
  ...{ product: 'vps', cycle: '1m', qty: '1', 'o.cores': '2', 'o.memory': '4', 'o.addresses': '0' },
  ...{ 'o.system': 'debian-13', 'o.panel': '', 'f.hostname': '', 'f.ssh-key': '' },
}
type Fields = Record<string, string>

for (const engine of engines) {
  describe(`options that wait for others in the shop (${engine})`, () => {
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

    const page = (fields: Fields) => `/products/vps?${new URLSearchParams(fields).toString()}`
    const panelOf = (text: string) => /<select[^>]*name="o\.panel"[^]*?<\/select>/.exec(text)?.[0] ?? null
    const valuesOf = (text: string) =>
      [...(panelOf(text) ?? '').matchAll(/<option value="([^"]*)"/g)].map(([, value]) => value)

    test('are drawn where they are offered, with the values that are', async () => {
      const browser = shop.web.browser()
      assert.deepEqual(valuesOf((await browser.get('/products/vps')).text), ['', 'ten-sites'])
      const large = { ...VPS, 'o.memory': '8' }
      assert.deepEqual(valuesOf((await browser.get(page(large))).text), ['', 'ten-sites', 'any-sites'])
      assert.equal(panelOf((await browser.get(page({ ...VPS, 'o.system': 'ubuntu-24.04' }))).text), null)
    })

    test('are drawn anew as a part when what they wait for changes', async () => {
      const browser = shop.web.browser()
      const choices = async (fields: Fields) =>
        (await browser.get(page(fields), { ...HTMX, 'HX-Target': 'div#choices' })).text
      const open = await choices(VPS)
      assert.match(open, /^\s*<div id="choices"[^>]*hx-trigger="change from:\.b-decides"/)
      for (const name of ['o.system', 'o.memory'])
        assert.match(
          open,
          new RegExp(
            `<div class="b-decides">\\s*<div class="b-field" id="f-${name.replace('.', '-')}-field"`,
          ),
        )
      assert.doesNotMatch(open, /b-decides">\s*<div class="b-field" id="f-o-cores/)
      const closed = await choices({ ...VPS, 'o.system': 'ubuntu-24.04', 'o.panel': 'ten-sites' })
      assert.equal(panelOf(closed), null)
      assert.doesNotMatch(closed, /b-error/)
    })

    test('cost nothing where they are not offered', async () => {
      const browser = shop.web.browser()
      const price = async (fields: Fields) => {
        const { text } = await browser.get(page(fields), { ...HTMX, 'HX-Target': 'div#summary' })
        return /<strong class="b-num">([^<]+)</.exec(text)![1]
      }
      const panel = { ...VPS, 'o.panel': 'ten-sites' }
      assert.equal(await price(VPS), '€9.10')
      assert.equal(await price(panel), '€15.10')
      assert.equal(await price({ ...panel, 'o.system': 'ubuntu-24.04' }), '€9.10')
      assert.equal(await price({ ...VPS, 'o.memory': '8', 'o.panel': 'any-sites' }), '€25.90')
      assert.equal(await price({ ...VPS, 'o.memory': '6', 'o.panel': 'any-sites' }), '€11.50')
    })

    test('are asked about again where a form without scripts did not show what its choices offer', async () => {
      const browser = shop.web.browser()
      await browser.get('/products/vps')
      const items = () => means.db.all<{ options: string }>(sql`select options from cart_items order by id`)
      const stale = { ...VPS, 'o.system': 'ubuntu-24.04', 'o.panel': 'ten-sites' }
      const refused = await browser.post('/cart/items', stale)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /<p>Control panel: Is not offered with your other choices\./)
      assert.equal(panelOf(refused.text), null)
      const { 'o.panel': _unseen, ...unseen } = VPS
      const asked = await browser.post('/cart/items', unseen)
      assert.equal(asked.status, 422)
      assert.match(
        asked.text,
        /id="f-o-panel-error"[^]*?Goes with your other choices\. Please look at it, then go on\./,
      )
      assert.deepEqual(await items(), [])
      const { 'o.panel': _gone, ...without } = stale
      assert.equal((await browser.post('/cart/items', without)).location, '/cart')
      assert.equal((await browser.post('/cart/items', { ...VPS, 'o.panel': 'ten-sites' })).location, '/cart')
      const kept = (await items()).map(({ options }) => JSON.parse(options) as Fields)
      assert.deepEqual(kept.map((options) => options.panel).toSorted(), ['ten-sites', undefined])
      const cart = await browser.get('/cart')
      assert.match(cart.text, /Control panel: Up to 10 sites/)
      assert.match(cart.text, /€24\.20/)
    })
  })
}
