import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { noHooks } from '../../../core/records/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import type { WebBrowser } from '../../support/web.ts'
import { makeBuyer, MINECRAFT, openShopFront, orderForm, type ShopFront } from './shop-front.ts'

for (const engine of engines) {
  describe(`a gateway that takes not every order (${engine})`, () => {
    let database: TestDatabase
    let shop: ShopFront
    let browser: WebBrowser
    const asked: { amount: { minor: string } }[] = []
    before(async () => {
      database = await makeDatabase(engine)
      const ask = (_id: string, _kind: string, _operation: string, input: unknown) => {
        asked.push(input as (typeof asked)[number])
        return Promise.resolve({ eligible: false, reason: 'Not in this country' })
      }
      const means = { ...testMeans(database.db), hooks: { ...noHooks, ask } }
      shop = await openShopFront(means)
      const { email } = await makeBuyer(means, shop.brand, 'picky@buyer.example')
      const manifest = JSON.stringify({ name: 'Card', kinds: { gateway: ['start_payment', 'eligibility'] } })
      await means.db.run(sql`
        update plugins set manifest = ${manifest}
        where id = (select plugin_id from plugin_instances where id = ${shop.gateways.hosted})`)
      browser = shop.web.browser()
      await browser.signIn(email, PASSWORD)
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const ways = (text: string) =>
      [shop.gateways.hosted, shop.gateways.transfer].map((id) => text.includes(`value="gateway:${id}"`))

    test('the checkout asks it with the sum that is due, and leaves it out', async () => {
      assert.deepEqual(ways((await browser.get('/checkout')).text), [false, true])
      // 6.90 and 19 % of it.
      assert.equal(asked.at(-1)?.amount.minor, '821')
    })

    test('a form of before orders nothing, and the page of an order leaves it out, too', async () => {
      const { text } = await browser.get('/checkout')
      const stale = { ...orderForm(text, {}), pay: `gateway:${shop.gateways.hosted}` }
      assert.equal((await browser.post('/checkout', stale)).status, 422)
      const done = await browser.post('/checkout', { ...stale, pay: `gateway:${shop.gateways.transfer}` })
      assert.match(done.location!, /^\/orders\/ord_/)
      const order = await browser.get(done.location!)
      assert.deepEqual(ways(order.text), [false, true])
    })

    test('whoever is nobody’s client yet sees all of them: there is nobody to ask about', async () => {
      const guest = shop.web.browser()
      await guest.get('/products/minecraft')
      await guest.post('/cart/items', MINECRAFT)
      assert.deepEqual(ways((await guest.get('/checkout')).text), [true, true])
    })
  })
}
