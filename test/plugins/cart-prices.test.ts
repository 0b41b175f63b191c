import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { invoiceLines, makeRealShop } from '../orders/real-shop.ts'
import { MINECRAFT, openShopFront, orderForm } from '../http/storefront/shop-front.ts'
import { verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, isoDate, type BerthError } from '../../core/kernel/index.ts'
import { addCartItem, changeCartItem, joinCart, placeOrder, readCart } from '../../core/orders/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

/** A fee, less for known clients; then a tenth off the whole. By the quantity: too much of a discount, a fee below zero, a bug. */
const plugins = await Promise.all([
  loadWritten('handling', {
    code: `export default { shape: () => ({
      'cart.prices:shape': async ({ client_id, items }) => {
        const [{ quantity }] = items
        if (quantity === 4) throw new Error('broken')
        const fee = { kind: 'fee', cause: 'handling', description: 'Handling', amount_minor: client_id ? '100' : '150' }
        if (quantity === 2) return { add: [{ ...fee, amount_minor: '-100' }] }
        if (quantity === 3) return { add: [{ ...fee, kind: 'discount', amount_minor: '-999999' }] }
        return { add: [fee] }
      },
    }) }`,
    manifest: { kinds: {}, hooks: [{ name: 'cart.prices:shape', stage: 'early' }] },
  }),
  loadWritten('rebate', {
    code: `export default { shape: () => ({
      'cart.prices:shape': async ({ items, lines }) => {
        const sum = [...items, ...lines].reduce((all, one) => all + Number(one.amount_minor), 0)
        if (sum <= 0) return { add: [] }
        const amount_minor = String(-Math.floor(sum / 10))
        return { add: [{ kind: 'discount', cause: 'tenth', description: 'A tenth', amount_minor }] }
      },
    }) }`,
    manifest: { kinds: {}, hooks: ['cart.prices:shape'] },
  }),
])

/** What a page says in its main part. */
const words = (page: string) =>
  page
    .replace(/^[^]*<main/, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

for (const engine of engines) {
  describe(`plugins in the sums of carts on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, plugins)
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), hooks }
    const filled = async (quantity = 1) => {
      const shop = await makeRealShop(means)
      const ref = { brand_id: shop.brand.id }
      const guest = guestActor(shop.brand.id)
      const added = await addCartItem(
        means,
        { ...ref, ...shop.wish, fields: { name: 'world' }, quantity },
        guest,
      )
      return { ...shop, guest, itemId: added.itemId, ref: { ...ref, token: added.token! } }
    }
    const refusal = (code: string) => (error: unknown) => (error as BerthError).code === code

    test('a fee and a discount are shown with the cart, to clients as to clients', async () => {
      const { ref, guest, buyer } = await filled()
      const shown = await readCart(means, ref, guest)
      const net = shown.items[0]!.first.totalMinor
      const tenth = (sum: bigint) => -(sum / 10n)
      assert.deepEqual(
        shown.added.map(({ kind, cause, amountMinor }) => [kind, cause, amountMinor]),
        [
          ['fee', 'handling', 150n],
          ['discount', 'tenth', tenth(net + 150n)],
        ],
      )
      assert.deepEqual(shown.first, {
        ...{ subtotalMinor: net + 150n, discountMinor: -tenth(net + 150n) },
        totalMinor: net + 150n + tenth(net + 150n),
      })
      await joinCart(means, ref, buyer)
      const known = await readCart(means, ref, buyer)
      assert.equal(known.added[0]!.amountMinor, 100n)
    })

    test('the order asks again: the lines are on its invoice, taxed, explained, and the books add up', async () => {
      const { ref, buyer, order, deps, itemId } = await filled()
      await joinCart(means, ref, buyer)
      const changed = await changeCartItem(means, { ...ref, item_id: itemId, quantity: 1 }, buyer)
      const seen = String(changed.added.reduce((sum, { amountMinor }) => sum + amountMinor, 0n))
      const input = order({ items: undefined, seen_added_minor: seen })
      const placed = await placeOrder(deps, input, buyer)
      const again = await placeOrder(deps, input, buyer)
      assert.equal(again.id, placed.id)
      const lines = await invoiceLines(means, placed.invoice_id)
      assert.deepEqual(lines.slice(-2), [
        ['fee', 'Handling', 100n],
        ['discount', 'A tenth', changed.added[1]!.amountMinor],
      ])
      const trace = await db.get<{ trace: string }>(
        sql`select trace from invoice_lines where invoice_id = ${placed.invoice_id} and kind = 'fee'`,
      )
      assert.deepEqual(JSON.parse(trace!.trace), {
        ...{ hook: 'cart.prices:shape', plugin: 'handling', cause: 'handling' },
      })
      const row = await db.get<{ subtotal_minor: bigint; discount_minor: bigint }>(
        sql`select subtotal_minor, discount_minor from orders where id = ${placed.id}`,
      )
      assert.deepEqual(
        { ...row },
        {
          ...{ subtotal_minor: changed.first.subtotalMinor, discount_minor: changed.first.discountMinor },
        },
      )
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })

    test('whoever was shown another sum is asked to look again, and nothing is written', async () => {
      const { client, buyer, order, deps } = await filled()
      const input = order({ seen_added_minor: '0' })
      await assert.rejects(placeOrder(deps, input, buyer), refusal('order.prices_changed'))
      assert.deepEqual(await db.all(sql`select id from orders where client_id = ${client.id}`), [])
    })

    for (const [quantity, what, code] of [
      [2, 'a fee below zero', 'hook.unanswered'],
      [3, 'a discount of more than there is', 'hook.lines_refused'],
      [4, 'a plugin that fails', 'hook.unanswered'],
    ] as const)
      test(`${what} ends the order; the cart is shown without and says so`, async () => {
        const { ref, guest, client, buyer, wish, order, deps } = await filled(quantity)
        const shown = await readCart(means, ref, guest)
        assert.deepEqual([shown.added, shown.addedFailed, shown.orderable], [[], true, true])
        assert.equal(shown.first.totalMinor, shown.items[0]!.first.totalMinor)
        const items = [{ ...wish, quantity, fields: { name: 'world' } }]
        await assert.rejects(placeOrder(deps, order({ items }), buyer), refusal(code))
        assert.deepEqual(await db.all(sql`select id from orders where client_id = ${client.id}`), [])
      })

    test('an instance of another brand is not asked', async () => {
      const { ref, guest } = await filled()
      const other = await makeRealShop(means)
      await db.run(sql`update plugin_instances set brand_id = ${other.brand.id} where id = 'plg_rebate'`)
      await hooks.refresh()
      const shown = await readCart(means, ref, guest)
      assert.deepEqual(
        shown.added.map(({ description }) => description),
        ['Handling'],
      )
      await db.run(sql`update plugin_instances set brand_id = null where id = 'plg_rebate'`)
      await hooks.refresh()
    })
  })

  describe(`plugins in the sums of a shop on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, plugins)
    const means = { ...testMeans(db), hooks }
    const shop = await openShopFront(means)
    after(async () => {
      await shop.close()
      close()
      await remove()
    })

    test('cart, checkout, invoice and order say the same sum in the shop', async () => {
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
      const cart = await browser.get('/cart')
      assert.match(words(cart.text), /Handling[^]*?€1\.50[^]*?A tenth[^]*?−€0\.84/)
      const checkout = await browser.get('/checkout?country=DE')
      assert.match(checkout.text, /name="seen_added" value="66"/)
      // 6.90 + 1.50 - 0.84 and 19 % of it.
      assert.match(words(checkout.text), /€9\.00/)
      const form = orderForm(checkout.text, { email: 'l@x.test', pay: `gateway:${shop.gateways.hosted}` })
      const refused = await browser.post('/checkout', form)
      // The guest is a client by now, whose fee is lower: it is said first.
      assert.equal(refused.location, '/cart')
      assert.match(words((await browser.get('/cart')).text), /Handling[^]*?€1\.00/)
      const again = await browser.get('/checkout')
      const placed = await browser.post('/checkout', orderForm(again.text, form))
      assert.equal(placed.status, 303, placed.text)
      const row = await db.get<{ total_minor: bigint; id: string }>(
        sql`select o.id, o.total_minor from orders o join clients c on c.id = o.client_id where c.email = 'l@x.test'`,
      )
      assert.equal(row!.total_minor, 846n)
      const status = await browser.get(`/orders/${row!.id}`)
      assert.match(words(status.text), /Further lines[^]*?€1\.00[^]*?Discount[^]*?−€0\.79/)
    })
  })
}
