import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { grantCredit, setGatewayRules, useCredit, type GatewayRules } from '../../../core/billing/index.ts'
import { createClientGroup } from '../../../core/clients/index.ts'
import { sql } from '../../../core/db/index.ts'
import { noHooks } from '../../../core/records/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD, staffActor } from '../../support/make.ts'
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
        const isFew = Number(asked.at(-1)!.amount.minor) <= 600
        return Promise.resolve(isFew ? { eligible: true } : { eligible: false, reason: 'Too much' })
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

    test('the page of an order asks it with what is open, and takes what it takes', async () => {
      const order = (await shop.web.deps.db.get<{ id: string; invoice_id: string; client_id: string }>(
        sql`select id, invoice_id, client_id from orders`,
      ))!
      const given = { client_id: order.client_id, amount_minor: '300', origin: 'goodwill', reason: 'Sorry' }
      await grantCredit(shop.web.deps, given, staffActor())
      await useCredit(shop.web.deps, { invoice_id: order.invoice_id }, staffActor())
      const path = `/orders/${order.id}`
      assert.deepEqual(ways((await browser.get(path)).text), [true, true])
      assert.equal(asked.at(-1)?.amount.minor, '521')
      await browser.post(`${path}/pay`, { pay: `gateway:${shop.gateways.hosted}` })
      const { instance, operation } = shop.calls.at(-1)!
      assert.deepEqual([instance, operation], [shop.gateways.hosted, 'start_payment'])
    })

    test('whoever is nobody’s client yet sees all of them: there is nobody to ask about', async () => {
      const guest = shop.web.browser()
      await guest.get('/products/minecraft')
      await guest.post('/cart/items', MINECRAFT)
      assert.deepEqual(ways((await guest.get('/checkout')).text), [true, true])
    })

    test('a gateway for other products is at no checkout, and one for a group of clients not at a guest’s', async () => {
      const set = (rules: GatewayRules) =>
        setGatewayRules(shop.web.deps, { instance_id: shop.gateways.transfer, rules }, staffActor())
      const { db } = shop.web.deps
      const groups = await db.all<{ id: string; has: number }>(sql`
        select g.id, (select count(*) from products p where p.group_id = g.id and p.slug = 'minecraft') as has
        from product_groups g order by has desc`)
      const guest = shop.web.browser()
      await guest.get('/products/minecraft')
      await guest.post('/cart/items', MINECRAFT)
      const offered = async () => ways((await guest.get('/checkout')).text)
      await set({ product_groups: [groups[0]!.id] })
      assert.deepEqual(await offered(), [true, true])
      await set({ product_groups: [groups.at(-1)!.id] })
      assert.deepEqual([groups.length > 1, await offered()], [true, [true, false]])
      const group = await createClientGroup(
        shop.web.deps,
        { brand_id: shop.brand.id, name: 'Resellers' },
        staffActor(),
      )
      await set({ client_groups: [group] })
      assert.deepEqual(await offered(), [true, false])
    })
  })
}
