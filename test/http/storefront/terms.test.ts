import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { shopTerms, termsOf } from '../../../core/orders/index.ts'
import { writeSetting } from '../../../core/records/index.ts'
import { up } from '../../../migrations/0046_setting_versions.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { textOf } from '../portal/shop.ts'
import { MINECRAFT, openShopFront, orderForm, type ShopFront } from './shop-front.ts'

for (const engine of engines)
  describe(`terms of service (${engine})`, () => {
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

    const write = (value: { version: string; text: string } | undefined, brand?: string) =>
      means.db.transaction((trx) => {
        const place = brand ? ({ scope: 'brand', scopeId: brand } as const) : EVERYWHERE
        return writeSetting(means, trx, { setting: shopTerms, ...place, value }, staffActor())
      })
    const EVERYWHERE = { scope: 'installation', scopeId: '' } as const
    const read = async (version = '') => {
      const { status, text } = await shop.web.browser().get(`/legal/terms${version && `/${version}`}`)
      return { status, text: textOf(text) }
    }

    test('an order leads to the terms as they were accepted, after others hold', async () => {
      await write({ version: '2026-01', text: '# Payment\nWithin 7 days.' })
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
      const checkout = (await browser.get('/checkout?country=DE')).text
      const fields = { email: 'mara@lind.example', pay: `gateway:${shop.gateways.transfer}` }
      const form = orderForm(checkout, { ...fields, terms: '2026-01' })
      const placed = await browser.post('/checkout', form)
      assert.equal(placed.status, 303, placed.text)
      await write({ version: '2026-07', text: '# Payment\nWithin 14 days.' })

      const order = await means.db.get<{ id: string; number: string }>(sql`select id, number from orders`)
      const page = (await browser.get(`/portal/orders/${order!.id}`)).text
      assert.match(page, /href="\/legal\/terms\/2026-01">Version 2026-01, accepted /)
      const then = await read('2026-01')
      assert.match(then.text, /Within 7 days\./)
      assert.match(then.text, /Another one holds for new ones/)
      const now = await read()
      assert.match(now.text, /Version 2026-07[\s\S]*Within 14 days\./)
      assert.doesNotMatch(now.text, /Another one holds/)
      assert.equal((await read('2026-07')).text, now.text)
      assert.equal((await read('2025-01')).status, 404)
    })

    test('a version names one text for good, here and for the whole installation', async () => {
      const refused = (value: { version: string; text: string }, brand?: string) =>
        assert.rejects(write(value, brand), ({ code, fields }: { code: string; fields: object }) => {
          assert.equal(code, 'input.invalid')
          assert.match(JSON.stringify(fields), /"version":.*names another text already/)
          return true
        })
      await refused({ version: '1', text: 'What nobody saw who ordered before there were terms.' })
      await refused({ version: '2026-01', text: 'Within 30 days.' })
      await refused({ version: '2026-01', text: 'Within 30 days.' }, shop.brand.id)
      await write({ version: 'own', text: 'Of this brand.' }, shop.brand.id)
      await refused({ version: 'own', text: 'Of all.' })
      assert.match((await read()).text, /Of this brand/)
      await write({ version: '2026-07', text: '# Payment\nWithin 14 days.' }, shop.brand.id)
      await write(undefined, shop.brand.id)
      assert.equal((await termsOf(means.db, shop.brand.id, 'own'))?.text, 'Of this brand.')
      assert.equal(await termsOf(means.db, 'brd_other', 'own'), null, 'another brand never had it')
      await write({ version: '2026-01', text: '# Payment\nWithin 7 days.' })
      assert.match((await read()).text, /Version 2026-01/, 'the same text may hold again')
    })

    test('what was set before versions were kept is kept by the migration', async () => {
      await means.db.transaction(async (trx) => {
        await trx.run(sql`drop table setting_versions`)
        await up(trx)
      })
      await write({ version: '2027-01', text: 'New.' })
      assert.match((await termsOf(means.db, shop.brand.id, '2026-01'))!.text, /Within 7 days/)
    })
  })
