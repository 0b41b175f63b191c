import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createProduct, linkAddon, publishProduct, setPrice } from '../../../core/catalog/index.ts'
import { grantCredit } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { createStatementCounter } from '../../../core/http/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import type { ServiceRow } from '../../../core/services/index.ts'
import { draft, issue, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makeFullPortal } from './full-shop.ts'
import { signedIn, textOf } from './shop.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`extras and pauses in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let browser: WebBrowser
    let path: string
    let addonId: string
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      portal = await makeFullPortal(means)
      const options = { url: null, proxies: [], kind: 'real', countStatements: true } as const
      web = await startWeb(means, { plugins: scriptedGateway([]), statements, options })
      browser = await signedIn(web, portal.user)
      path = `/portal/services/${portal.serviceId}`
      const base = { group_id: portal.product.group_id, slug: 'extra-address', kind: 'addon' }
      addonId = await createProduct(means, { ...base, name: 'Extra address' }, staff)
      await setPrice(means, { owner_id: addonId, cycle: '1m', currency: 'EUR', amount: '3.10' }, staff)
      await publishProduct(means, { id: addonId }, staff)
      await linkAddon(means, { product_id: portal.product.id, addon_id: addonId, position: 1 }, staff)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    const part = () =>
      means.db.get<ServiceRow>(
        sql`select * from services where parent_id = ${portal.serviceId} order by id desc limit 1`,
      )

    /** The month of the service, paid with what we gave. */
    const payByGrant = async () => {
      const { id: client_id } = portal.client
      const gift = { client_id, amount_minor: '713', origin: 'promotional', reason: 'Spring' }
      await grantCredit(means, gift, staff)
      const of = { sourceId: portal.serviceId, kind: 'recurring' as const, cause: 'given' }
      const month = { ...of, periodStart: isoDate('2026-01-01'), periodEnd: isoDate('2026-02-01') }
      const { lines } = draft(portal.client, { amounts: [599n] })
      await issue(means, draft(portal.client, { lines: lines.map((line) => ({ ...line, ...month })) }))
    }

    test('the service leads to its extras, and each to what it costs today and later', async () => {
      assert.match((await browser.get(path)).text, new RegExp(`href="${path}/extras"`))
      const list = await browser.get(`${path}/extras`)
      assert.match(textOf(list.text), /Extra address .*€3\.10 per month/)
      const page = await browser.get(`${path}/extras/${addonId}?quantity=2`)
      const text = textOf(page.text)
      // 17 of 31 days of two times 3.10.
      assert.match(text, /Extra address, 15 Jan 2026 – 31 Jan 2026 €3\.40 For 17 of 31 days of €6\.20\./)
      assert.match(text, /Then from 1 Feb 2026 on €6\.20 per month/)
      assert.equal(await part(), undefined)
    })

    test('a fee for the set-up is named as one', async () => {
      const id = await createProduct(
        means,
        { group_id: portal.product.group_id, slug: 'fee-address', kind: 'addon', name: 'Fee address' },
        staff,
      )
      const price = { owner_id: id, cycle: '1m', currency: 'EUR', amount: '3.10', setup: '5.00' }
      await setPrice(means, price, staff)
      await publishProduct(means, { id }, staff)
      await linkAddon(means, { product_id: portal.product.id, addon_id: id, position: 2 }, staff)
      assert.match(textOf((await browser.get(`${path}/extras/${id}`)).text), /Fee address, set-up €5\.00/)
    })

    test('an order needs the terms, makes one part and leads to its payment', async () => {
      const extra = `${path}/extras/${addonId}`
      await browser.get(`${extra}?quantity=2`)
      const refused = await browser.post(extra, { quantity: '2', cycle: '1m' })
      assert.equal(refused.status, 422)
      assert.equal(await part(), undefined)
      const terms = /name="terms" required value="([^"]+)"/.exec(refused.text)![1]!
      const ordered = await browser.post(extra, { quantity: '2', cycle: '1m', terms })
      assert.match(ordered.location!, /^\/portal\/invoices\/inv_\w+\/pay$/)
      const row = (await part())!
      assert.deepEqual([row.quantity, row.recurring_minor, row.next_period_on], [2, 620n, '2026-02-01'])
      const invoice = await browser.get(ordered.location!.replace('/pay', ''))
      assert.match(textOf(invoice.text), /For 17 of 31 days of €6\.20/)
    })

    test('of an add-on there can be more, for the rest of the period', async () => {
      const row = (await part())!
      await means.db.run(sql`update services set billing_status = 'active' where id = ${row.id}`)
      assert.match(
        textOf((await browser.get(`${path}/extras`)).text),
        /Extra address 2 .*€6\.20 per month Change/,
      )
      const quantity = `/portal/services/${row.id}/quantity`
      const preview = await browser.get(`${quantity}?quantity=3`)
      assert.match(textOf(preview.text), /Tax €0\.32 To pay today .*€2\.02/)
      assert.equal((await browser.post(quantity, { quantity: '2' })).status, 422)
      await means.db.run(sql`update products set stock = 0 where id = ${addonId}`)
      const soldOut = await browser.post(quantity, { quantity: '3' })
      assert.equal(soldOut.status, 409)
      assert.match(textOf(soldOut.text), /is sold out, or fewer are left than were asked for/)
      await means.db.run(sql`update products set stock = 1 where id = ${addonId}`)
      const ordered = await browser.post(quantity, { quantity: '3' })
      assert.match(ordered.location!, /^\/portal\/invoices\/inv_\w+\/pay$/)
      assert.equal((await part())!.quantity, 2)
      const { stock } = (await means.db.get<{ stock: number }>(
        sql`select stock from products where id = ${addonId}`,
      ))!
      assert.equal(stock, 0, 'held while it waits for its payment')
      await means.db.run(sql`update products set stock = null where id = ${addonId}`)
      const whole = await browser.get(`${path}/quantity`)
      assert.equal(whole.status, 422)
    })

    test('a pause says first what becomes of the paid time, and is taken back', async () => {
      await means.db.insert('settings', [
        {
          ...{ key: 'services.pause', scope: 'installation', scope_id: '', value: '"stretch"', version: 1 },
          ...{ updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      const page = await browser.get(`${path}/pause`)
      assert.match(textOf(page.text), /The time that is paid until 1 Feb 2026 is kept/)
      const refused = await browser.post(`${path}/pause`)
      assert.equal(refused.status, 409)
      assert.match(textOf(refused.text), /is not paid yet/)
      await means.db.run(sql`
        update invoices set status = 'void' where status = 'issued' and client_id = ${portal.client.id}`)
      assert.equal((await browser.post(`${path}/pause`)).location, path)
      assert.match(textOf((await browser.get(path)).text), /Paused You have paused it/)
      const state = async () =>
        (await means.db.get<ServiceRow>(sql`select * from services where id = ${portal.serviceId}`))!
      assert.deepEqual([(await state()).paused_on, (await state()).next_period_on], ['2026-01-15', null])
      assert.match(
        textOf((await browser.get(`${path}/extras`)).text),
        /Extras can be added to a service that runs/,
      )
      await browser.get(path)
      assert.equal((await browser.post(`${path}/resume`)).location, path)
      assert.deepEqual([(await state()).paused_on, (await state()).next_period_on], [null, '2026-02-01'])
    })

    test('before a cancellation for now it says what comes back', async () => {
      await means.db.run(
        sql`update services set billing_status = 'ended' where parent_id = ${portal.serviceId}`,
      )
      await means.db.insert('settings', [
        {
          ...{ key: 'services.unused_on_cancel', scope: 'installation', scope_id: '', value: '"credit"' },
          ...{ version: 1, updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      // 17 of 31 days of 5.99.
      assert.match(
        textOf((await browser.get(`${path}/cancel`)).text),
        /€3\.28 before tax .* become your credit/,
      )
      await payByGrant()
      assert.match(
        textOf((await browser.get(`${path}/cancel`)).text),
        /become your credit\. Of it €3\.90, tax included, go back into credit that we gave/,
      )
    })

    test('pages of other clients’ services are not found', async () => {
      const stranger = means.newId('svc')
      for (const end of ['extras', `extras/${addonId}`, 'quantity', 'pause'])
        assert.equal((await browser.get(`/portal/services/${stranger}/${end}`)).status, 404, end)
      for (const end of [`extras/${addonId}`, 'quantity', 'pause', 'resume'])
        assert.equal(
          (await browser.post(`/portal/services/${stranger}/${end}`, { quantity: '2' })).status,
          404,
          end,
        )
    })
  })
}
