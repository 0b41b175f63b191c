import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { makeRealShop } from '../orders/real-shop.ts'
import { MINECRAFT, openShopFront, orderForm } from '../http/storefront/shop-front.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, guestActor } from '../../core/kernel/index.ts'
import { addCartItem, joinCart, placeOrder, readCart } from '../../core/orders/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const plugins = [
  await loadWritten('forms', {
    code: `export default { shape: () => ({
      'order.form:shape': async ({ fields, answers }) => {
        if (answers.purpose === 'crash') throw new Error('broken')
        if (answers.purpose === 'twice') return { ask: [{ ...fields[0], kind: 'text', required: false }] }
        const purpose = { key: 'purpose', label: 'What for?', kind: 'list', choices: ['play', 'work', 'spam', 'crash', 'twice'], required: true }
        const refuse = answers.purpose === 'spam' ? [{ key: 'purpose', reason: 'We do not send mail' }] : []
        return { ask: [purpose], refuse }
      },
    }) }`,
    manifest: { kinds: {}, hooks: ['order.form:shape'] },
  }),
]

for (const engine of engines) {
  describe(`plugins in order forms on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, plugins)
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db), hooks }
    const shop = await makeRealShop(means)
    const ref = { brand_id: shop.brand.id }
    const add = (fields: object) =>
      addCartItem(
        means,
        { ...ref, ...shop.wish, fields: { name: 'world', ...fields } },
        guestActor(shop.brand.id),
      )
    const refuses = (field: string, reason: string) => (error: unknown) => {
      assert.ok(error instanceof BerthError)
      assert.deepEqual(error.fields, { [field]: reason })
      return true
    }

    test('an answer that is missing, not offered or refused keeps the product out of the cart', async () => {
      await assert.rejects(add({}), refuses('field.purpose', 'must not be empty'))
      const offered = 'must be one of play, work, spam, crash, twice'
      await assert.rejects(add({ purpose: 'rest' }), refuses('field.purpose', offered))
      await assert.rejects(add({ purpose: 'spam' }), refuses('field.purpose', 'We do not send mail'))
      const unasked = refuses('field.colour', 'is not asked for this product')
      await assert.rejects(add({ purpose: 'play', colour: 'red' }), unasked)
    })

    for (const purpose of ['crash', 'twice'])
      test(`a plugin that fails (${purpose}) ends the act, and nothing is written`, async () => {
        const before = await db.all(sql`select id from cart_items`)
        await assert.rejects(add({ purpose }), { code: 'hook.unanswered' })
        const items = [{ ...shop.wish, fields: { name: 'world', purpose } }]
        await assert.rejects(placeOrder(shop.deps, shop.order({ items }), shop.buyer), {
          code: 'hook.unanswered',
        })
        assert.deepEqual(await db.all(sql`select id from cart_items`), before)
        assert.deepEqual(await db.all(sql`select id from orders`), [])
      })

    test('a cart whose form cannot be asked is shown and cannot be ordered', async () => {
      const { token } = await add({ purpose: 'work' })
      const cart = { ...ref, token: token! }
      await db.run(sql`update cart_items set fields = '{"name":"world","purpose":"crash"}'`)
      const shown = await readCart(means, cart, guestActor(shop.brand.id))
      assert.deepEqual(shown.items[0]!.errors.form, 'cannot be ordered just now')
      assert.equal(shown.orderable, false)
    })

    test('the answer stands with the item of the order; no provisioner gets it', async () => {
      const { token } = await add({ purpose: 'play' })
      await joinCart(means, { ...ref, token: token! }, shop.buyer)
      const placed = await placeOrder(shop.deps, shop.order({ items: undefined }), shop.buyer)
      const item = await db.get<{ choices: string }>(
        sql`select choices from order_items where order_id = ${placed.id}`,
      )
      const { fields } = JSON.parse(item!.choices) as { fields: object[] }
      assert.deepEqual(fields, [
        { key: 'name', label: 'Server name', value: 'world' },
        { key: 'purpose', label: 'What for?', value: 'play' },
      ])
      const kept = await db.all(sql`
        select value from service_fields where service_id = ${placed.service_ids[0]!}`)
      assert.deepEqual(
        kept.map((row) => ({ ...row })),
        [{ value: 'world' }],
      )
    })
  })

  describe(`plugins in the order form of a shop on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, plugins)
    const means = { ...testMeans(db), hooks }
    const shop = await openShopFront(means)
    after(async () => {
      await shop.close()
      close()
      await remove()
    })

    test('the question is drawn with the product, its refusal at the field, its answer goes through to the order', async () => {
      const browser = shop.web.browser()
      const page = await browser.get('/products/minecraft')
      assert.match(page.text, /What for\?[^]*?<select[^>]*name="f\.purpose"/)
      const refused = await browser.post('/cart/items', { ...MINECRAFT, 'f.purpose': 'spam' })
      assert.equal(refused.status, 422)
      assert.match(refused.text, /We do not send mail/)
      const added = await browser.post('/cart/items', { ...MINECRAFT, 'f.purpose': 'play' })
      assert.equal(added.location, '/cart')
      const checkout = await browser.get('/checkout')
      const pay = `gateway:${shop.gateways.hosted}`
      const placed = await browser.post('/checkout', orderForm(checkout.text, { email: 'l@x.test', pay }))
      assert.equal(placed.status, 303, placed.text)
      const items = await db.all<{ choices: string }>(sql`select choices from order_items`)
      assert.match(items[0]!.choices, /"key":"purpose","label":"What for\?","value":"play"/)
    })
  })
}
