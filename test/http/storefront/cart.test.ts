import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { createStatementCounter } from '../../../core/http/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import type { WebBrowser } from '../../support/web.ts'
import { makeBuyer, openShopFront, type ShopFront } from './shop-front.ts'

const MINECRAFT = { product: 'minecraft', cycle: '1m', qty: '1', 'o.memory': '4gb', 'f.eula': '1' }
const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }

for (const engine of engines) {
  describe(`products and cart (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      shop = await openShopFront(means, statements)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const visitor = async (fields?: Record<string, string>) => {
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      if (fields) assert.equal((await browser.post('/cart/items', fields)).location, '/cart')
      return browser
    }
    const items = () => means.db.all(sql`select id from cart_items`)
    const itemOf = async (browser: WebBrowser) =>
      /cart\/items\/(cti_[a-z0-9]+)\/remove/.exec((await browser.get('/cart')).text)![1]!

    test('the live price follows cycle, options, add-ons, quantity and coupon', async () => {
      const browser = await visitor()
      const price = async (query: string) => {
        const { text } = await browser.get(`/products/minecraft?${query}`, {
          ...HTMX,
          'HX-Target': 'div#summary',
        })
        assert.match(text, /^\s*<div id="summary"/)
        return /<strong class="b-num">([^<]+)</.exec(text)![1]
      }
      assert.equal(await price('cycle=1m'), '€3.90')
      assert.equal(await price('cycle=1m&o.memory=8gb&o.daily-backups=1&o.databases=3'), '€14.90')
      assert.equal(await price('cycle=1y&o.memory=8gb'), '€119.00')
      assert.equal(await price('cycle=1m&a.move-in=1&qty=2'), '€57.80')
      assert.equal(await price('cycle=1m&o.memory=4gb&coupon=welcome20'), '€5.52')
      const rust = await browser.get('/products/rust?cycle=1m&o.players=200', {
        ...HTMX,
        'HX-Target': 'div#summary',
      })
      assert.match(rust.text, /€24\.90/)
    })

    test('refused options, answers, quantities and coupons are said at their fields, and nothing is written', async () => {
      const before = await items()
      const refusals: [Record<string, string>, RegExp][] = [
        [{ 'o.memory': '99gb' }, /id="f-o-memory-error"/],
        [{ 'o.databases': '9' }, /id="f-o-databases-error"[^]*0 to 5/],
        [{ 'f.version': 'newest' }, /id="f-f-version-error"/],
        [{ 'f.eula': '' }, /id="f-f-eula-error"/],
        [{ qty: '51' }, /id="f-qty-error"[^]*from 1 to 50/],
        [{ cycle: '7m' }, /id="f-cycle-error"/],
        [{ coupon: 'NOPE' }, /id="f-coupon-error"[^]*There is no coupon/],
      ]
      for (const [fields, expected] of refusals) {
        const browser = await visitor()
        const refused = await browser.post('/cart/items', { ...MINECRAFT, ...fields })
        assert.equal(refused.status, 422, JSON.stringify(fields))
        assert.match(refused.text, expected)
      }
      assert.deepEqual(await items(), before)
    })

    test('hidden, unknown and retired products and groups are not found', async () => {
      const browser = shop.web.browser()
      for (const path of ['/products/managed-care', '/products/nothing', '/shop/extras', '/shop/nothing'])
        assert.equal((await browser.get(path)).status, 404, path)
      await means.db.run(sql`update products set status = 'hidden' where slug = 'valheim'`)
      assert.equal((await browser.get('/products/valheim')).status, 404)
      assert.doesNotMatch((await browser.get('/shop/survival')).text, /Valheim/)
      await means.db.run(sql`update products set status = 'active' where slug = 'valheim'`)
      assert.equal((await browser.get('/products/valheim')).status, 200)
    })

    test('a cart is edited, emptied and brought back', async () => {
      const browser = await visitor(MINECRAFT)
      const id = await itemOf(browser)
      const more = await browser.post(
        `/cart/items/${id}/quantity`,
        { quantity: '3' },
        { ...HTMX, 'HX-Target': 'div#cart' },
      )
      assert.match(more.text, /€20\.70/)
      assert.match(more.text, /hx-target="#cart-link"/)
      const edit = /href="(\/products\/minecraft\?[^"]+)"/.exec(more.text)![1]!.replaceAll('&amp;', '&')
      assert.match((await browser.get(edit)).text, /Save changes/)
      const changed = { ...MINECRAFT, 'o.memory': '8gb', item: id }
      assert.equal((await browser.post(`/cart/items/${id}`, changed)).location, '/cart')
      assert.match((await browser.get('/cart')).text, /Memory: 8 GB/)
      assert.equal((await browser.post(`/cart/items/${id}/remove`)).location, '/cart')
      const gone = await browser.get('/cart')
      assert.match(gone.text, /Minecraft removed/)
      const undo = /action="(\/cart\/items\?[^"]+)"/.exec(gone.text)![1]!.replaceAll('&amp;', '&')
      assert.equal((await browser.post(undo)).location, '/cart')
      assert.match((await browser.get('/cart')).text, /Memory: 8 GB/)
    })

    test('a coupon is entered, refused with its reason, and taken out', async () => {
      const browser = await visitor(MINECRAFT)
      await browser.get('/cart')
      const refused = await browser.post('/cart/coupon', { code: 'nothing' })
      assert.equal(refused.status, 422)
      assert.match(refused.text, /id="f-code-error"[^]*There is no coupon/)
      assert.equal((await browser.post('/cart/coupon', { code: 'welcome20' })).location, '/cart')
      const lowered = await browser.get('/cart')
      assert.match(lowered.text, /€5\.52/)
      assert.match(
        lowered.text,
        /b-cart-price"><strong class="b-num">€6\.90</,
        'the sum takes off, not the item',
      )
      await browser.post('/cart/coupon/remove')
      assert.match((await browser.get('/cart')).text, /€6\.90/)
    })

    test('another visitor reaches nothing of it', async () => {
      const owner = await visitor(MINECRAFT)
      const id = await itemOf(owner)
      const stranger = await visitor({ ...MINECRAFT, product: 'minecraft' })
      await stranger.get('/cart')
      for (const act of ['remove', 'quantity'])
        assert.equal((await stranger.post(`/cart/items/${id}/${act}`, { quantity: '2' })).status, 404, act)
      assert.equal(await itemOf(owner), id)
    })

    test('a changed price is said with both sums and blocks the checkout until it is accepted', async () => {
      const browser = await visitor(MINECRAFT)
      await means.db.run(sql`update cart_items set seen_minor = 500 where id = ${await itemOf(browser)}`)
      assert.equal((await browser.get('/checkout')).location, '/cart')
      assert.match((await browser.get('/cart')).text, /Minecraft: €5\.00 before, €6\.90 now/)
      await browser.post('/cart/accept')
      assert.equal((await browser.get('/checkout')).status, 200)
    })

    test('the cart is joined at sign-in, and follows the currency', async () => {
      const { email } = await makeBuyer(means, shop.brand, 'joins@buyer.example')
      const browser = await visitor(MINECRAFT)
      assert.equal((await browser.signIn(email, PASSWORD)).status, 303)
      assert.match((await browser.get('/cart')).text, /Minecraft/)
      await browser.post('/preferences', { currency: 'USD', back: '/cart' })
      assert.match((await browser.get('/cart')).text, /\$7\.50/)
      const elsewhere = shop.web.browser()
      await elsewhere.signIn(email, PASSWORD)
      assert.match((await elsewhere.get('/cart')).text, /Minecraft/)
    })

    test('sold out is said and cannot be put into the cart', async () => {
      await means.db.run(sql`update products set stock = 0 where slug = 'ryzen-12'`)
      const browser = shop.web.browser()
      const page = await browser.get('/products/ryzen-12')
      assert.match(page.text, /Sold out at the moment/)
      const refused = await browser.post('/cart/items', {
        product: 'ryzen-12',
        cycle: '1m',
        qty: '1',
        'f.system': 'None',
      })
      assert.equal(refused.status, 422)
      await means.db.run(sql`update products set stock = 6 where slug = 'ryzen-12'`)
    })

    test('pages stay within their number of statements', async () => {
      const { email } = await makeBuyer(means, shop.brand, 'counts@buyer.example')
      const browser = await visitor(MINECRAFT)
      await browser.signIn(email, PASSWORD)
      const counts: Record<string, number> = {}
      for (const path of [
        '/',
        '/shop',
        '/shop/game-servers',
        '/products/minecraft',
        '/cart',
        '/legal/terms',
        '/checkout',
      ]) {
        await browser.get(path)
        counts[path] = Number((await browser.get(path)).headers.get('x-statements'))
      }
      const { '/checkout': checkout, ...others } = counts
      for (const [path, count] of Object.entries(others))
        assert.ok(count > 0 && count <= 12, `${path}: ${count}`)
      assert.ok(checkout! <= 17, `checkout: ${checkout}`)
    })
  })
}
