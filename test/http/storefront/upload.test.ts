import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createOrderField } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeStaff, PASSWORD, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { makeBuyer, openShopFront, type ShopFront } from './shop-front.ts'

const VALHEIM = {
  product: 'valheim',
  cycle: '1m',
  qty: '1',
  'f.server-name': 'Long hall',
  'f.password': 'Runestone7',
}
const PDF = new TextEncoder().encode('%PDF-1.7\nthe company extract')
const file = (bytes: Uint8Array | string, name = 'extract.pdf') => ({
  'u.extract': new File([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)], name),
})

for (const engine of engines) {
  describe(`files that come with an order (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      const product = await means.db.get<{ id: string }>(sql`select id from products where slug = 'valheim'`)
      const field = {
        key: 'extract',
        label: 'Company extract',
        kind: 'file',
        choices: ['pdf', 'png'],
        required: true,
      }
      await createOrderField(means, { product_id: product!.id, ...field }, staffActor())
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const kept = () =>
      means.db.all<{ id: string; media_type: string; file_name: string }>(
        sql`select id, media_type, file_name from files`,
      )
    const opened = async () => {
      const browser = shop.web.browser()
      const page = await browser.get('/products/valheim')
      assert.match(page.text, /enctype="multipart\/form-data"/)
      assert.match(page.text, /type="file"[^>]*name="u\.extract"[^>]*accept="\.pdf,\.png"/)
      return browser
    }

    test('what is not of an allowed kind by its bytes, too large, or missing is refused at its field', async () => {
      const browser = await opened()
      const refusals: [Record<string, File>, RegExp][] = [
        [file('<html><script>alert(1)</script>'), /file of type pdf, png/],
        [file(new Uint8Array([0x4d, 0x5a, 0x90, 0, 3])), /file of type pdf, png/],
        [file('only words', 'words.txt'), /file of type pdf, png/],
        [file(new Uint8Array([...PDF, ...new Uint8Array(4 * 1024 * 1024)])), /at most 4 MB/],
        [{}, /id="f-f-extract-error"/],
      ]
      for (const [files, expected] of refusals) {
        const refused = await browser.postParts('/cart/items', VALHEIM, files)
        assert.equal(refused.status, 422)
        assert.match(refused.text, expected)
        assert.match(refused.text, /id="f-f-extract-error"/)
        assert.match(refused.text, /value="Long hall"/)
      }
      assert.equal(
        (await browser.post('/cart/items', { ...VALHEIM, 'f.extract': '/etc/passwd' })).status,
        422,
      )
      const huge = file(new Uint8Array(11 * 1024 * 1024))
      assert.equal((await browser.postParts('/cart/items', VALHEIM, huge)).status, 413)
      assert.equal((await browser.postParts('/preferences', {}, file(PDF))).status, 415)
      assert.deepEqual(await kept(), [])
    })

    test('it goes with the order to the service; its client and staff read it, and nobody else', async () => {
      const buyer = await makeBuyer(means, shop.brand, 'upload@buyer.example')
      const browser = await opened()
      await browser.signIn(buyer.email, PASSWORD)
      await browser.get('/products/valheim')
      const again = await browser.postParts(
        '/cart/items',
        { ...VALHEIM, qty: '99' },
        file(PDF, '../../Ex<tract>.exe'),
      )
      assert.equal(again.status, 422)
      const id = /name="f\.extract" value="(fil_[0-9a-z]{26})"/.exec(again.text)![1]!
      assert.deepEqual(
        (await kept()).map((row) => ({ ...row })),
        [{ id, media_type: 'application/pdf', file_name: 'Extract.pdf' }],
      )
      const added = await browser.postParts('/cart/items', { ...VALHEIM, 'f.extract': id }, {})
      assert.equal(added.location, '/cart', added.text)

      const checkout = await browser.get('/checkout')
      const once = { _once: /name="_once" value="([^"]+)"/.exec(checkout.text)![1]! }
      const place = { country: 'DE', address_1: 'Kai 7', postcode: '20457', city: 'Hamburg' }
      const placed = await browser.post('/checkout', {
        ...place,
        ...once,
        terms: '1',
        pay: `gateway:${shop.gateways.transfer}`,
      })
      assert.match(placed.location!, /^\/orders\//, placed.text)
      const service = await means.db.get<{ id: string }>(
        sql`select id from services where client_id = ${buyer.client.id}`,
      )
      const shown = await browser.get(`/portal/services/${service!.id}`)
      const href = /href="(\/portal\/services\/svc_\w+\/files\/\w+)"[^>]*>Extract\.pdf</.exec(shown.text)![1]!
      const sent = await browser.get(href)
      assert.equal(sent.headers.get('content-type'), 'application/pdf')
      assert.match(sent.headers.get('content-disposition')!, /^attachment; filename="Extract\.pdf"/)
      assert.equal(sent.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(sent.text, new TextDecoder().decode(PDF))

      const other = await makeBuyer(means, shop.brand, 'other@buyer.example')
      const stranger = shop.web.browser()
      await stranger.signIn(other.email, PASSWORD)
      assert.equal((await stranger.get(href)).status, 404)
      assert.match((await shop.web.browser().get(href)).location!, /^\/sign-in/)

      const staff = shop.web.browser()
      await staff.signIn((await makeStaff(means)).user.email, PASSWORD, '/admin/sign-in')
      assert.match((await staff.get(`/admin/services/${service!.id}`)).text, /Extract\.pdf/)
      const read = await staff.get(href.replace('/portal/', '/admin/'))
      assert.equal(read.text, sent.text)
    })
  })
}
