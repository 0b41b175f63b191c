import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setPrice } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeClient, makeMembership, makeUser, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makeFullPortal } from './full-shop.ts'
import { signedIn, textOf } from './shop.ts'

const fingerprintIn = (page: string): string => /name="seen" value="([^"]+)"/.exec(page)![1]!

for (const engine of engines) {
  describe(`handing a service over in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let giver: WebBrowser
    let receiver: WebBrowser
    let email: string
    let receiverId: string
    let at: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makeFullPortal(means)
      const price = { owner_id: portal.product.id, cycle: '1m', currency: 'EUR', amount: '7.00' }
      await setPrice(means, price, staffActor())
      const user = await makeUser(means, { realm_id: portal.brand.realm_id, name: 'Bo Lund' })
      email = user.email
      const client = await makeClient(means, { brand_id: portal.brand.id, name: 'Bo Lund' })
      receiverId = client.id
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      web = await startWeb(means, { plugins: scriptedGateway([]) })
      giver = await signedIn(web, portal.user)
      receiver = await signedIn(web, user)
      at = `/portal/services/${portal.serviceId}`
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    beforeEach(async () => {
      await means.db.run(
        sql`update services set client_id = ${portal.client.id}, version = version + 1 where id = ${portal.serviceId}`,
      )
      await means.db.run(sql`update service_transfers set status = 'withdrawn' where status = 'offered'`)
    })

    const offer = async () => {
      await giver.get(`${at}/hand-over`)
      const answer = await giver.post(`${at}/hand-over`, { email })
      assert.equal(answer.location, `${at}/hand-over`)
      const row = await means.db.get<{ id: string }>(
        sql`select id from service_transfers where status = 'offered'`,
      )
      return `/portal/offered/${row!.id}`
    }
    const owner = async () =>
      (await means.db.get<{ client_id: string }>(
        sql`select client_id from services where id = ${portal.serviceId}`,
      ))!.client_id

    test('the receiver sees what they take over at their own price, and takes it', async () => {
      assert.match((await giver.get(at)).text, /hand-over/)
      const form = await giver.get(`${at}/hand-over`)
      assert.equal(form.status, 200)
      assert.match(textOf(form.text), /may accept for 14 days/)
      const page = await offer()
      assert.match(textOf((await giver.get(`${at}/hand-over`)).text), new RegExp(`Offered to ${email}`))
      assert.match(textOf((await receiver.get('/portal')).text), /Ada Quay offers you a service/)
      const seen = textOf((await receiver.get(page)).text)
      assert.match(seen, /quay\.example/)
      assert.match(seen, /€7\.00/)
      assert.doesNotMatch(seen, /192\.0\.2\.7/)
      const shown = fingerprintIn((await receiver.get(page)).text)
      const other = await receiver.post(`${page}/accept`, { seen: 'another offer' })
      assert.equal(other.status, 409)
      assert.match(textOf(other.text), /has changed since it was shown/)
      assert.equal(fingerprintIn(other.text), shown)
      const taken = await receiver.post(`${page}/accept`, { seen: shown })
      assert.equal(taken.location, at)
      assert.equal(await owner(), receiverId)
      const own = textOf((await receiver.get(at)).text)
      assert.match(own, /The service is yours now/)
      assert.doesNotMatch(own, /access\/1|Password 192|Reveal/)
      assert.equal((await giver.get(at)).status, 404)
      assert.match(textOf((await receiver.get(page)).text), /It was taken over/)
    })

    test('the order of it tells its giver no more how it stands', async () => {
      const at = means.business.now()
      const amounts = { subtotal_minor: 700n, discount_minor: 0n, tax_minor: 0n, total_minor: 700n }
      const product = { product_id: portal.product.id, name: 'Hosting', cycle: '1m', quantity: 1 }
      await means.db.insert('orders', [
        {
          ...{ id: 'ord_given', brand_id: portal.brand.id, client_id: portal.client.id, number: 'O-77' },
          ...{ status: 'placed', currency: 'EUR', ...amounts, access_key_hash: 'o77', placed_by: 'usr_1' },
          ...{ address: '', agent: '', evidence: '{}', placed_at: at, created_at: at, updated_at: at },
          terms: JSON.stringify({ version: '1', accepted_at: at }),
        },
      ])
      await means.db.insert('order_items', [
        {
          ...{ id: 'ori_given', order_id: 'ord_given', service_id: portal.serviceId, ...product },
          ...{ amount_minor: 700n, setup_minor: 0n, discount_minor: 0n, choices: '{}', position: 0 },
        },
      ])
      const page = async () => (await giver.get('/portal/orders/ord_given')).text
      assert.match(await page(), new RegExp(`/portal/services/${portal.serviceId}`))
      await means.db.run(sql`update services set client_id = ${receiverId} where id = ${portal.serviceId}`)
      const after = await page()
      assert.match(after, /Hosting/)
      assert.doesNotMatch(after, new RegExp(portal.serviceId))
      assert.doesNotMatch(textOf(after), /Running/)
    })

    test('it is asked for with the password, and offered once', async () => {
      const again = await signedIn(web, portal.user)
      await means.db.run(sql`update sessions set confirmed_at = null`)
      const asked = await again.get(`${at}/hand-over`)
      assert.match(asked.location ?? '', /confirm/)
      await means.db.run(sql`update sessions set confirmed_at = ${means.clock.now()}`)
    })

    test('the giver withdraws, the receiver declines', async () => {
      const first = await offer()
      await giver.get(`${at}/hand-over`)
      await giver.post(`${at}/hand-over/withdraw`)
      assert.match(textOf((await receiver.get(first)).text), /withdrawn it/)
      const second = await offer()
      await receiver.get(second)
      assert.equal((await receiver.post(`${second}/decline`)).location, '/portal')
      assert.equal(await owner(), portal.client.id)
    })

    test('what stands in the way is told to the giver by name, to the receiver not', async () => {
      const page = await offer()
      await means.db.run(sql`update services set paused_on = '2026-01-10' where id = ${portal.serviceId}`)
      const seen = textOf((await receiver.get(page)).text)
      assert.match(seen, /something to settle first/)
      assert.doesNotMatch(seen, /paused/)
      await giver.get(`${at}/hand-over`)
      await giver.post(`${at}/hand-over/withdraw`)
      assert.match(textOf((await giver.get(`${at}/hand-over`)).text), /It is paused\. Resume it first\./)
      await means.db.run(sql`update services set paused_on = null where id = ${portal.serviceId}`)
    })

    test('somebody else finds no offer behind the link', async () => {
      const page = await offer()
      assert.equal((await giver.get(page)).status, 404)
      assert.equal((await giver.post(`${page}/accept`)).status, 404)
      assert.equal(await owner(), portal.client.id)
    })
  })
}
