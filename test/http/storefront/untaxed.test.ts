import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { textOf } from '../portal/shop.ts'
import { MINECRAFT, openShopFront, orderForm, type ShopFront } from './shop-front.ts'

for (const engine of engines)
  describe(`gross prices in the shop, for who owes no tax (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      await means.db.run(sql`update brands set prices_include_tax = 1`)
      await means.db.run(sql`update sellers set untaxed_price = 'net'`)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const checkout = async (country: string) => {
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
      return { browser, page: (await browser.get(`/checkout?country=${country}`)).text }
    }
    const sums = (page: string) => {
      const text = textOf(page)
      const of = (label: string) => new RegExp(`${label}\\s+(−?€[\\d.]+)`).exec(text)?.[1]
      return [of('Tax that you do not owe'), of('Sum before tax'), of('VAT 19%')]
    }

    test('the checkout says what is left out, and the order, its invoice and its service keep to it', async () => {
      const home = sums((await checkout('DE')).page)
      const { browser, page } = await checkout('US')
      const [off, net, tax] = sums(page)
      assert.deepEqual([home[0], home[1], tax], [undefined, net, undefined])
      assert.ok(off!.startsWith('−€'))
      const fields = { email: 'mara@lind.example', country: 'US', pay: `gateway:${shop.gateways.transfer}` }
      const placed = await browser.post('/checkout', orderForm(page, fields))
      assert.equal(placed.status, 303, placed.text)
      const invoice = await means.db.get<{ total_minor: bigint; tax_minor: bigint }>(
        sql`select total_minor, tax_minor from invoices`,
      )
      assert.deepEqual([`€${(Number(invoice!.total_minor) / 100).toFixed(2)}`, invoice!.tax_minor], [net, 0n])
      const ways = await means.db.all<{ untaxed_price: string }>(
        sql`select distinct untaxed_price from services`,
      )
      assert.deepEqual(
        ways.map(({ untaxed_price }) => untaxed_price),
        ['net'],
      )
    })
  })
