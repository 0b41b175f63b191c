import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { cycle, isoDate, systemActor } from '../../../core/kernel/index.ts'
import { createServices } from '../../../core/services/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import type { WebBrowser } from '../../support/web.ts'
import { makeBuyer, openShopFront, type ShopFront } from '../storefront/shop-front.ts'
import { textOf } from './shop.ts'

for (const engine of engines) {
  describe(`options of a running service (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    let browser: WebBrowser
    let serviceId: string
    const ids: Record<string, string> = {}
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      const buyer = await makeBuyer(means, shop.brand, 'options@buyer.example')
      const rows = await means.db.all<{ option_key: string; id: string; product_id: string }>(sql`
        select o.option_key, o.id, o.product_id from options o join products p on p.id = o.product_id
        where p.slug = 'minecraft'`)
      for (const row of rows) ids[row.option_key] = row.id
      serviceId = await sell(buyer.client.id, rows[0]!.product_id)
      browser = shop.web.browser()
      await browser.signIn(buyer.email, PASSWORD)
      await browser.get('/portal/account')
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    /** 4 GB of memory for 6.90 a month, paid for January; it is the 15th. */
    async function sell(clientId: string, productId: string): Promise<string> {
      const option = { valueId: null, quantity: 1, setting: null, moduleValue: null, priceId: 'prc_o' }
      const spec = {
        ...{ brandId: shop.brand.id, clientId, orderItemId: null, productId, label: 'My world' },
        ...{ currency: 'EUR', cycle: cycle('1m'), quantity: 1, priceId: 'prc_1', taxClass: 'standard' },
        ...{ amountMinor: 390n, recurringMinor: 690n, zone: 'Europe/Berlin', periodIndex: 1 },
        ...{ anchorOn: isoDate('2026-01-01'), chargedThrough: isoDate('2026-02-01') },
        ...{ nextPeriodOn: isoDate('2026-02-01'), deliveryOn: 'payment' as const, instanceId: null },
        ...{ serverGroupId: null, moduleSettings: {}, fields: [] },
        options: [
          { ...option, optionId: ids.memory!, value: '4gb', label: 'Memory: 4 GB', amountMinor: 300n },
          { ...option, optionId: ids.location!, value: 'frankfurt', label: 'Location', amountMinor: 0n },
        ],
      }
      const [id] = await means.db.transaction((trx) =>
        createServices(means, trx, [spec], systemActor('test')),
      )
      await means.db.run(
        sql`update services set billing_status = 'active', delivery_status = 'live' where id = ${id!}`,
      )
      return id!
    }

    const path = () => `/portal/services/${serviceId}/upgrade`
    const recurring = async () =>
      (await means.db.get<{ recurring_minor: bigint }>(
        sql`select recurring_minor from services where id = ${serviceId}`,
      ))!.recurring_minor
    const wish = (more: Record<string, string>) => ({
      ...{ [`o.${ids.memory!}`]: '4gb', [`o.${ids['daily-backups']!}`]: '0', [`o.${ids.databases!}`]: '0' },
      ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`o.${ids[key]!}`, value])),
    })
    const preview = async (more: Record<string, string>) =>
      browser.get(`${path()}/preview?${new URLSearchParams(wish(more)).toString()}`)

    test('the form begins with what there is, not with what the shop would preset', async () => {
      const { text } = await browser.get(path())
      const field = (key: string) => new RegExp(`name="o\\.${ids[key]!}"[^]*?</div>`).exec(text)![0]
      assert.match(field('memory'), /value="4gb" selected/)
      assert.match(field('daily-backups'), /value="0" selected/)
      assert.match(text, new RegExp(`value="0"[^>]*name="o\\.${ids.databases!}"`))
    })

    test('the sums are shown before, by the day, with what comes after', async () => {
      const shown = await preview({ memory: '8gb' })
      assert.equal(shown.status, 200)
      // 17 of 31 days are left: of 6.90 3.78, of 11.90 6.53.
      assert.match(textOf(shown.text), /−€3\.78 .*€6\.53 Tax €0\.52 To pay today €3\.27/)
      assert.match(textOf(shown.text), /From the next charge on €11\.90 per month/)
      assert.match(textOf((await preview({ memory: '2gb' })).text), /Tax −€0\.31 You get back −€1\.95/)
      assert.equal((await preview({ memory: '99gb' })).status, 422)
      assert.equal(await recurring(), 690n)
    })

    test('what costs more waits for its payment and can be taken back', async () => {
      await browser.get(path())
      const ordered = await browser.post(path(), wish({ memory: '8gb', 'daily-backups': '1' }))
      assert.match(ordered.location!, /^\/portal\/invoices\/inv_\w+\/pay$/)
      assert.equal(await recurring(), 690n)
      const shown = await browser.get(`/portal/services/${serviceId}`)
      assert.match(textOf(shown.text), /A change waits for its payment/)
      const takeBack = /action="([^"]+\/changes\/[^"]+)"/.exec(shown.text)![1]!
      await browser.post(takeBack)
      const voided = await means.db.get<{ status: string }>(
        sql`select status from invoices where id = ${ordered.location!.split('/')[3]!}`,
      )
      assert.equal(voided!.status, 'void')
      assert.equal(await recurring(), 690n)
    })

    test('what costs less happens at once, and its rest becomes credit', async () => {
      await browser.get(path())
      const done = await browser.post(path(), wish({ memory: '2gb' }))
      assert.equal(done.location, `/portal/services/${serviceId}`)
      assert.equal(await recurring(), 390n)
      // 1.64 and 19 % of it.
      assert.match(textOf((await browser.get('/portal/credit')).text), /Your credit €1\.95/)
    })
  })
}
