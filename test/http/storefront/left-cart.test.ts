import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { remindLeftCarts } from '../../../core/orders/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { makeBuyer, MINECRAFT, openShopFront, type ShopFront } from './shop-front.ts'

const HOUR = 3_600_000
let buyers = 0

for (const engine of engines) {
  describe(`the way back to a cart that was left (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      await means.db.run(sql`
        insert into settings (scope, scope_id, key, value, updated_by, updated_at)
        values ('brand', ${shop.brand.id}, 'shop.left_cart_hours', '4', 'test', ${means.business.now()})`)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    /** A buyer who put something into the cart and left; answers the paths of the mail. */
    async function leave() {
      const buyer = await makeBuyer(means, shop.brand, `left-${++buyers}@kontor.example`)
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      assert.equal((await browser.post('/cart/items', MINECRAFT)).location, '/cart')
      assert.equal((await browser.signIn(buyer.email, PASSWORD)).status, 303)
      means.clock.advance(5 * HOUR)
      means.business.advance(5 / 24)
      await remindLeftCarts(means)
      const { data } = means.jobs.of('mail.send').at(-1) as unknown as {
        data: { url: string; stop_path: string }
      }
      return data
    }

    test('opening the link changes nothing; the button brings the cart to this browser, without scripts', async () => {
      const { url } = await leave()
      const browser = shop.web.browser()
      const shown = await browser.get(url)
      assert.equal(shown.status, 200)
      assert.match(shown.text, /Minecraft/)
      assert.equal(shown.headers.get('cache-control'), 'no-store')
      assert.doesNotMatch((await browser.get('/cart')).text, /cti_/)
      const posted = await browser.post(url, {})
      assert.deepEqual([posted.status, posted.location], [303, '/cart'])
      assert.match((await browser.get('/cart')).text, /cart\/items\/cti_[a-z0-9]+\/remove/)
    })

    test('a link that is over leads to the cart and says so', async () => {
      const browser = shop.web.browser()
      const shown = await browser.get('/cart/left/unknown')
      assert.deepEqual([shown.status, shown.location], [303, '/cart'])
      assert.match((await browser.get('/cart')).text, /no longer good/)
    })

    test('the mails are stopped by a button, and come again by another', async () => {
      const { stop_path: path } = await leave()
      const browser = shop.web.browser()
      const stops = () => means.db.all(sql`select user_id from cart_mail_stops`)
      assert.match((await browser.get(path)).text, /Send me no more/)
      assert.equal((await stops()).length, 0)
      assert.equal((await browser.post(path, { on: '' })).location, path)
      assert.equal((await stops()).length, 1)
      assert.match((await browser.get(path)).text, /Send them again/)
      await browser.post(path, { on: '1' })
      assert.equal((await stops()).length, 0)
      assert.equal((await browser.get('/cart/mails/unknown')).status, 404)
    })
  })
}
