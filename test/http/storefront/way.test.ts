import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import type { WebBrowser } from '../../support/web.ts'
import { HOSTED_PAGE, makeBuyer, MINECRAFT, openShopFront, type ShopFront } from './shop-front.ts'

for (const engine of engines) {
  describe(`the way through the shop (${engine})`, () => {
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

    const once = (text: string) => ({ _once: /name="_once" value="([^"]+)"/.exec(text)![1]! })
    const guest = (email: string) => ({
      ...{ email, name: 'Mara Lind', password: PASSWORD, country: 'DE', address_1: 'Kai 7' },
      ...{ postcode: '20457', city: 'Hamburg', terms: '1', pay: `gateway:${shop.gateways.hosted}` },
    })
    const put = async (browser: WebBrowser, fields: Record<string, string> = MINECRAFT) => {
      await browser.get(`/products/${fields.product}`)
      const added = await browser.post('/cart/items', fields)
      assert.equal(added.status, 303, added.text)
      assert.equal(added.location, '/cart')
    }
    const rows = (email: string) =>
      means.db.all<{ id: string; total_minor: bigint; status: string; terms: string }>(sql`
        select o.id, o.total_minor, o.status, o.terms from orders o join clients c on c.id = o.client_id
        where c.email = ${email}`)

    test('a guest finds a product, signs up in the checkout and is led to the payment', async () => {
      const browser = shop.web.browser()
      const home = await browser.get('/')
      assert.equal(home.status, 200)
      assert.match(home.text, /href="\/shop\/game-servers"/)
      assert.match(home.text, /from €3\.25 a month/)
      const group = await browser.get('/shop/survival')
      assert.match(group.text, /href="\/products\/minecraft\?cycle=1m"/)
      await put(browser)
      const cart = await browser.get('/cart')
      assert.match(cart.text, /€6\.90/)
      const checkout = await browser.get('/checkout?country=DE')
      assert.match(checkout.text, /VAT 19%/)
      assert.match(checkout.text, /Order and pay €8\.21/)
      assert.match(checkout.text, /then €8\.21 a month/)

      const placed = await browser.post('/checkout', {
        ...guest('mara@lind.example'),
        ...once(checkout.text),
      })
      assert.equal(placed.status, 303, placed.text)
      assert.match(placed.location!, /^\/orders\/ord_[a-z0-9]+\/pay\?key=/)
      const handOver = await browser.get(placed.location!)
      assert.equal(handOver.headers.get('refresh'), `0; url=${HOSTED_PAGE}`)
      assert.deepEqual(shop.calls.at(-1)!.input.amount, { minor: '821', currency: 'EUR' })
      assert.match(String(shop.calls.at(-1)!.input.return_url), /\/orders\/ord_.*key=.*payment=pay_/)

      const [order, ...more] = await rows('mara@lind.example')
      assert.deepEqual([more.length, order!.total_minor, order!.status], [0, 821n, 'placed'])
      assert.equal((JSON.parse(order!.terms) as { version: string }).version, '1')
      const status = await browser.get(placed.location!.replace('/pay', ''))
      assert.match(status.text, /Your order is in/)
      assert.match(status.text, /Minecraft/)
      assert.match((await browser.get('/cart')).text, /Your cart is empty/)
      assert.equal((await browser.get('/portal/nothing')).status, 404)
    })

    test('fields of a gateway are filled in in the client area, where a new client is signed in already', async () => {
      const manifest = (permissions: object) =>
        means.db.run(sql`
          update plugins set manifest = ${JSON.stringify({ kinds: { gateway: ['start_payment', 'look_up'] }, permissions })}
          where id = (select plugin_id from plugin_instances where id = ${shop.gateways.hosted})`)
      await manifest({ browser: { file: 'browser/fields.js' } })
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout?country=DE')
      const fields = { ...guest('fields@buyer.example'), ...once(checkout.text) }
      const placed = await browser.post('/checkout', fields)
      assert.match(placed.location!, /^\/portal\/invoices\/inv_\w+\/pay$/)
      const page = await browser.get(placed.location!)
      assert.match(page.text, new RegExp(`<iframe src="/frames/${shop.gateways.hosted}/`))
      const [order] = await rows('fields@buyer.example')
      const status = await browser.get(`/orders/${order!.id}`)
      assert.match(status.text, new RegExp(`href="${placed.location!}"`))
      await manifest({})
    })

    test('a client who is known orders, reads the bank instructions and keeps the key away from others', async () => {
      const { email } = await makeBuyer(means, shop.brand, 'known@buyer.example')
      const browser = shop.web.browser()
      await put(browser, { product: 'web-pro', cycle: '1y', qty: '1', 'f.domain': 'lind.example' })
      const named = /Web Pro – lind\.example/
      assert.match((await browser.get('/cart')).text, named)
      const signIn = await browser.get('/checkout?known=1')
      assert.match(signIn.text, /Sign in to go on/)
      const signedIn = await browser.post('/checkout/sign-in', { email, password: PASSWORD })
      assert.equal(signedIn.location, '/checkout')
      const checkout = await browser.get('/checkout')
      assert.match(checkout.text, /Order and pay €105\.91/)
      assert.match(checkout.text, named)
      const fields = {
        terms: '1',
        country: 'DE',
        pay: `gateway:${shop.gateways.transfer}`,
        ...once(checkout.text),
      }
      const placed = await browser.post('/checkout', fields)
      assert.match(placed.location!, /^\/orders\/ord_[a-z0-9]+\?key=/)
      const status = await browser.get(placed.location!)
      assert.match(status.text, /DE02120300000000202051/)
      assert.match(status.text, named)

      const holder = shop.web.browser()
      const states = await holder.get(placed.location!)
      assert.equal(states.status, 200)
      assert.doesNotMatch(states.text, /Web Pro –|lind\.example|DE0212/)
      const path = placed.location!.split('?')[0]!
      assert.equal((await holder.get(`${path}?key=wrong`)).status, 404)
      assert.match((await holder.get(path)).location!, /^\/sign-in\?next=/)
    })

    test('what has no price is looked at and cannot be put into the cart', async () => {
      const product = sql`(select id from products where slug = 'web-pro')`
      await means.db.run(
        sql`update prices set retired_at = ${means.business.now()} where owner_id = ${product}`,
      )
      const browser = shop.web.browser()
      const page = (await browser.get('/products/web-pro')).text
      assert.match(page, /This cannot be ordered in EUR at the moment/)
      assert.doesNotMatch(page, /€0\.00/)
      assert.match(page, /<button[^>]* disabled[^>]*>(?:(?!<\/button>)[\s\S])*Add to cart/)
      await means.db.run(sql`update prices set retired_at = null where owner_id = ${product}`)
    })

    test('keeping the method is offered for the gateways that can, and for no other', async () => {
      const browser = shop.web.browser()
      await put(browser)
      const asks = /name="save"/
      assert.doesNotMatch((await browser.get('/checkout')).text, asks)
      const plugin = sql`(select plugin_id from plugin_instances where id = ${shop.gateways.hosted})`
      const kinds = (...operations: string[]) =>
        means.db.run(sql`
          update plugins set manifest = ${JSON.stringify({ name: 'Card', kinds: { gateway: operations } })}
          where id = ${plugin}`)
      await kinds('start_payment', 'look_up', 'charge_method')
      const page = (await browser.get('/checkout')).text
      assert.match(page, asks)
      assert.match(page, /Possible with: Card\./)
      await kinds('start_payment', 'look_up')
    })

    test('a form sent twice orders once', async () => {
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout')
      const fields = { ...guest('twice@buyer.example'), ...once(checkout.text) }
      const [first, second] = await Promise.all([
        browser.post('/checkout', fields),
        browser.post('/checkout', fields),
      ])
      assert.equal(first.status, 303, first.text)
      assert.equal(first.location, second.location)
      assert.equal((await rows('twice@buyer.example')).length, 1)
    })

    test('when the order fails the account stays, and nothing of an order does', async () => {
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout')
      shop.fate.fails = true
      const failed = await browser.post('/checkout', {
        ...guest('late@buyer.example'),
        ...once(checkout.text),
      })
      assert.deepEqual([failed.status, failed.location], [303, '/cart'])
      assert.deepEqual(await rows('late@buyer.example'), [])
      const client = sql`select id from clients where email = 'late@buyer.example'`
      assert.notEqual(await means.db.get(client), undefined)
      const services = sql`select s.id from services s join clients c on c.id = s.client_id where c.email = 'late@buyer.example'`
      assert.equal(await means.db.get(services), undefined)

      const cart = await browser.get('/cart')
      assert.match(cart.text, /Your account is made, but nothing was ordered yet/)
      assert.match(cart.text, /sold out/)
      const again = await browser.get('/checkout')
      assert.match(again.text, /late@buyer\.example/)
      const { email: _e, name: _n, password: _p, ...known } = guest('late@buyer.example')
      const placed = await browser.post('/checkout', { ...known, ...once(again.text) })
      assert.match(placed.location!, /^\/orders\/ord_/)
      assert.equal((await rows('late@buyer.example')).length, 1)
    })

    test('what is sold out meanwhile leads back to the cart, which says so', async () => {
      const browser = shop.web.browser()
      await put(browser, { product: 'epyc-32', cycle: '1m', qty: '2', 'f.hostname': 'db1.buyer.example' })
      const checkout = await browser.get('/checkout')
      await means.db.run(sql`update products set stock = 1 where slug = 'epyc-32'`)
      const refused = await browser.post('/checkout', {
        ...guest('slow@buyer.example'),
        ...once(checkout.text),
      })
      assert.equal(refused.location, '/cart')
      assert.deepEqual(await rows('slow@buyer.example'), [])
      assert.match((await browser.get('/cart')).text, /only 1 left/)
      await means.db.run(sql`update products set stock = 2 where slug = 'epyc-32'`)
    })

    test('back from the gateway: the payment is asked about, and a declined one can be made again', async () => {
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout')
      const placed = await browser.post('/checkout', {
        ...guest('pays@buyer.example'),
        ...once(checkout.text),
      })
      const back = String(shop.calls.at(-1)!.input.return_url).replace(shop.web.address, '')
      assert.match((await browser.get(back)).text, /Your payment is on its way/)
      assert.equal(shop.calls.at(-1)!.operation, 'look_up')
      const path = placed.location!.replace('/pay', '')
      const pay = await browser.post(placed.location!, { pay: `gateway:${shop.gateways.transfer}` })
      assert.equal(pay.location, path, 'while a payment is under way no second one starts')

      const reason = 'Your bank refused the card.'
      shop.fate.lookUp = { outcome: 'declined', code: 'card_declined', message: reason, retry: 'new_method' }
      const declined = await browser.get(back)
      assert.match(declined.text, /The payment did not work/)
      assert.match(declined.text, /Your bank refused the card/)
      assert.equal((await browser.post(placed.location!, { pay: 'gateway:plg_none' })).location, path)
      assert.match((await browser.get(path)).text, /Please fill this in/)
      const again = await browser.post(placed.location!, { pay: `gateway:${shop.gateways.transfer}` })
      assert.equal(again.location, path)
      assert.match((await browser.get(path)).text, /DE02120300000000202051/)
      shop.fate.lookUp = { outcome: 'pending', reference: 'ref_1' }
    })

    test('an order of a known client that is refused is said in the checkout, with nothing ordered', async () => {
      const { email } = await makeBuyer(means, shop.brand, 'moment@buyer.example')
      const browser = shop.web.browser()
      await put(browser)
      await browser.signIn(email, PASSWORD)
      const checkout = await browser.get('/checkout')
      shop.fate.fails = true
      const fields = {
        terms: '1',
        country: 'DE',
        pay: `gateway:${shop.gateways.hosted}`,
        ...once(checkout.text),
      }
      const refused = await browser.post('/checkout', fields)
      assert.equal(refused.status, 409)
      assert.match(refused.text, /sold out/)
      assert.deepEqual(await rows(email), [])
    })

    test('paid, delivered, ready: the status page follows', async () => {
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout')
      const placed = await browser.post('/checkout', {
        ...guest('happy@buyer.example'),
        ...once(checkout.text),
      })
      const path = placed.location!.replace('/pay', '')
      const [order] = await rows('happy@buyer.example')
      await means.db.run(
        sql`update invoices set status = 'paid', paid_at = ${means.business.now()} where origin_id = ${order!.id}`,
      )
      await means.db.run(sql`update orders set status = 'accepted' where id = ${order!.id}`)
      assert.match((await browser.get(path)).text, /it is being built/)
      const services = sql`(select service_id from order_items where order_id = ${order!.id})`
      await means.db.run(sql`update services set delivery_status = 'live' where id in ${services}`)
      const ready = await browser.get(path)
      assert.match(ready.text, /Everything is ready/)
      assert.match(ready.text, /href="\/portal\/services\/svc_/)
      assert.doesNotMatch(ready.text, /hx-trigger="ord_/)
    })

    test('an address that has an account is told so, and everything else stays filled in', async () => {
      await makeBuyer(means, shop.brand, 'taken@buyer.example')
      const browser = shop.web.browser()
      await put(browser)
      const checkout = await browser.get('/checkout')
      const refused = await browser.post('/checkout', {
        ...guest('taken@buyer.example'),
        ...once(checkout.text),
      })
      assert.equal(refused.status, 409)
      assert.match(refused.text, /There is an account with the e-mail address/)
      assert.match(refused.text, /value="Hamburg"/)
      assert.deepEqual(await rows('taken@buyer.example'), [])
    })

    test('what is missing in the checkout is said at its field, and no account is made', async () => {
      const browser = shop.web.browser()
      await put(browser)
      await browser.get('/checkout')
      const { terms: _no, ...fields } = guest('nobody@buyer.example')
      const refused = await browser.post('/checkout', fields)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /id="f-terms-error"/)
      assert.equal(
        await means.db.get(sql`select id from users where email = 'nobody@buyer.example'`),
        undefined,
      )
    })
  })
}
