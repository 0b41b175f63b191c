import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  createProduct,
  findCoupon,
  linkAddon,
  loadProduct,
  publishProduct,
  setPrice,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, type BerthError } from '../../core/kernel/index.ts'
import {
  addCartItem,
  cancelOrder,
  getOrder,
  joinCart,
  listOrders,
  placeOrder,
  readCart,
  setCartCoupon,
} from '../../core/orders/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`placed orders on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    const shop = (columns?: Parameters<typeof makeShop>[1]) => makeShop(means, columns)

    it('are placed from the visitor’s cart, with services, invoice, evidence and event', async () => {
      const { brand, game, client, buyer, wish, order, deps } = await shop({ stock: 10 })
      await makeCoupon(means, brand.id, { cycles: 3 })
      const guest = guestActor(brand.id)
      const chosen = {
        ...wish,
        brand_id: brand.id,
        options: { memory: 8, place: 'nyc' },
        fields: { name: 'my world' },
      }
      const { token } = await addCartItem(means, { ...chosen, quantity: 2 }, guest)
      await setCartCoupon(means, { brand_id: brand.id, token, code: 'SUMMER' }, guest)
      await joinCart(means, { brand_id: brand.id, token }, buyer)
      const input = order({
        items: undefined,
        evidence: { country: 'DE', network_country: 'DE' },
        agent: 'Browser/1',
      })
      const placed = await placeOrder(deps, input, { ...buyer, address: '192.0.2.7' })

      const found = await getOrder(means.db, buyer, placed.id)
      // (4.90 + 4.00 + 1.00 + setup 5.00) × 2, less 10 %, plus the 10 % tax of the test's invoice.
      assert.deepEqual(
        [found.status, found.subtotal_minor, found.discount_minor, found.tax_minor, found.total_minor],
        ['placed', 2_980n, 298n, 268n, 2_950n],
      )
      assert.equal(found.number, placed.number)
      assert.match(found.number, /^[0-9A-HJKMNP-TV-Z]{8}$/)
      assert.deepEqual(JSON.parse(found.evidence), { country: 'DE', network_country: 'DE' })
      assert.deepEqual(JSON.parse(found.terms), {
        version: '1',
        accepted_at: '2026-01-31T10:00:00.000Z',
        accepted_by: buyer.id,
      })
      assert.deepEqual([found.address, found.agent, found.coupon_code], ['192.0.2.7', 'Browser/1', 'SUMMER'])
      assert.deepEqual(
        found.items.map((item) => [
          item.name,
          item.quantity,
          item.amount_minor,
          item.setup_minor,
          item.discount_minor,
          item.stock_held,
        ]),
        [
          ['Minecraft', 1, 990n, 500n, 149n, 1],
          ['Minecraft', 1, 990n, 500n, 149n, 1],
        ],
      )
      assert.deepEqual(
        found.items.map((item) => item.service_id),
        placed.service_ids,
      )

      const [spec] = deps.specs
      assert.equal(deps.specs.length, 2)
      assert.equal(spec?.amountMinor, 490n)
      assert.equal(spec.recurringMinor, 990n)
      assert.deepEqual([spec.couponCyclesLeft, spec.periodIndex, spec.anchorOn], [2, 1, '2026-01-31'])
      assert.deepEqual([spec.nextPeriodOn, spec.chargedThrough], ['2026-02-28', '2026-02-28'])
      assert.deepEqual(
        spec.options.map((option) => [
          option.value,
          option.quantity,
          option.amountMinor,
          option.setting,
          option.moduleValue,
        ]),
        [
          ['8', 8, 400n, 'memory', '8'],
          ['nyc', 1, 100n, 'location', '2'],
        ],
      )
      assert.deepEqual(spec.fields, [
        { fieldId: game.field, label: 'Server name', value: 'my world', setting: null },
      ])
      const [draft] = deps.drafts
      assert.deepEqual([draft?.origin, draft?.originId, draft?.dueOn], ['order', placed.id, '2026-01-31'])
      assert.deepEqual(
        draft!.lines
          .slice(0, 5)
          .map((line) => [line.kind, line.cause, line.amountMinor, line.periodStart, line.periodEnd]),
        [
          ['recurring', undefined, 490n, '2026-01-31', '2026-02-28'],
          ['option', game.memory, 400n, '2026-01-31', '2026-02-28'],
          ['option', game.place, 100n, '2026-01-31', '2026-02-28'],
          ['setup', undefined, 500n, '2026-01-31', undefined],
          ['discount', undefined, -149n, '2026-01-31', '2026-02-28'],
        ],
      )
      const told = await means.db.get<{ body: string }>(
        sql`select body from events where type = 'order.placed' and subject = ${placed.id}`,
      )
      assert.deepEqual(JSON.parse(told!.body), {
        id: placed.id,
        number: placed.number,
        client_id: client.id,
        invoice_id: placed.invoice_id,
        service_ids: placed.service_ids,
        currency: 'EUR',
        total_minor: '2950',
      })
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 8)
      assert.equal((await findCoupon(means.db, brand.id, 'SUMMER'))?.uses, 1)
      assert.equal((await readCart(means, { brand_id: brand.id }, buyer)).id, null)
    })

    it('put add-ons under the service they belong to', async () => {
      const { groupId, game, buyer, wish, order, deps } = await shop()
      const addon = await createProduct(
        means,
        { group_id: groupId, slug: 'care', name: 'Care', kind: 'addon' },
        staff,
      )
      await setPrice(means, { owner_id: addon, cycle: 'once', currency: 'EUR', amount: '20' }, staff)
      await publishProduct(means, { id: addon }, staff)
      await linkAddon(means, { product_id: game.productId, addon_id: addon }, staff)
      const items = [{ ...wish, quantity: 2, addons: [{ product_id: addon, quantity: 3 }] }]
      const placed = await placeOrder(deps, order({ items }), buyer)
      assert.deepEqual(
        deps.specs.map((spec) => [
          spec.label,
          spec.parentIndex,
          spec.quantity,
          spec.amountMinor,
          spec.nextPeriodOn,
        ]),
        [
          ['Minecraft', undefined, 1, 490n, '2026-02-28'],
          ['Care', 0, 3, 0n, null],
          ['Minecraft', undefined, 1, 490n, '2026-02-28'],
          ['Care', 2, 3, 0n, null],
        ],
      )
      const { items: rows } = await getOrder(means.db, staff, placed.id)
      assert.deepEqual(
        rows.map((row) => row.parent_id),
        [null, rows[0]!.id, null, rows[2]!.id],
      )
    })

    it('spread a fixed coupon over all items and let one of them carry it on', async () => {
      const { brand, buyer, wish, order, deps } = await shop()
      await makeCoupon(means, brand.id, {
        code: 'FIVE',
        percent: undefined,
        amount: '5.01',
        currency: 'EUR',
        cycles: null,
      })
      await placeOrder(deps, order({ items: [{ ...wish, quantity: 2 }], coupon_code: 'five' }), buyer)
      const discounts = deps.drafts[0]!.lines.filter((line) => line.kind === 'discount')
      assert.equal(
        discounts.reduce((sum, line) => sum + line.amountMinor, 0n),
        -501n,
      )
      assert.deepEqual(
        deps.specs.map((spec) => [spec.couponId !== null, spec.couponCyclesLeft]),
        [
          [true, null],
          [false, null],
        ],
      )
    })

    it('are placed once however often the form is sent', async () => {
      const { buyer, order, deps, client } = await shop({ stock: 5 })
      const input = order()
      const answers = await Promise.all([1, 2, 3, 4].map(() => placeOrder(deps, input, buyer)))
      assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1)
      assert.equal((await listOrders(means.db, buyer, { clientId: client.id, limit: 10 })).length, 1)
      assert.equal(deps.drafts.length, 1)
      const other = { ...input, note: 'changed' }
      await assert.rejects(placeOrder(deps, other, buyer), code('order.key_reused'))
      const kept = await means.db.get<{ answer: string }>(
        sql`select answer from idempotency_keys where idempotency_key = ${input.once_key}`,
      )
      assert.ok(!kept!.answer.includes(answers[0]!.access_key))
    })

    it('leave nothing behind when they are refused, and the key free', async () => {
      const { brand, game, buyer, wish, order, deps } = await shop({ stock: 1 })
      await makeCoupon(means, brand.id, { uses_max: 1 })
      const input = order({ items: [{ ...wish, quantity: 2 }], coupon_code: 'SUMMER' })
      await assert.rejects(placeOrder(deps, input, buyer), code('order.out_of_stock'))
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 1)
      assert.equal((await findCoupon(means.db, brand.id, 'SUMMER'))?.uses, 0)
      assert.equal((await means.db.all(sql`select id from orders where brand_id = ${brand.id}`)).length, 0)
      await placeOrder(deps, { ...input, items: [wish] }, buyer)
    })

    it('give the last item to one of many', async () => {
      const { brand, game, order, deps } = await shop({ stock: 1 })
      const tries = await Promise.allSettled(
        Array.from({ length: 16 }, () => placeOrder(deps, order(), staff)),
      )
      const reasons = tries.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as BerthError).code] : [],
      )
      assert.deepEqual(new Set(reasons), new Set(['order.out_of_stock']))
      assert.equal(reasons.length, 15)
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 0)
    })

    it('let exactly one of 32 have the last use of a coupon', async () => {
      const { brand, order, deps } = await shop()
      await makeCoupon(means, brand.id, { uses_max: 1 })
      const tries = await Promise.allSettled(
        Array.from({ length: 32 }, () => placeOrder(deps, order({ coupon_code: 'SUMMER' }), staff)),
      )
      assert.equal(tries.filter((one) => one.status === 'fulfilled').length, 1)
      for (const one of tries) {
        if (one.status === 'rejected')
          assert.match((one.reason as BerthError).code, /^coupon\.(used_up|refused)$/)
      }
      assert.equal((await findCoupon(means.db, brand.id, 'SUMMER'))?.uses, 1)
      const uses = await means.db.all(
        sql`select u.id from coupon_uses u join coupons c on c.id = u.coupon_id where c.brand_id = ${brand.id}`,
      )
      assert.equal(uses.length, 1)
    })

    it('count the uses of one client', async () => {
      const { brand, buyer, order, deps } = await shop()
      await makeCoupon(means, brand.id, { uses_per_client: 1 })
      const once = await placeOrder(deps, order({ coupon_code: 'SUMMER' }), buyer)
      await assert.rejects(placeOrder(deps, order({ coupon_code: 'SUMMER' }), buyer), code('coupon.used_up'))
      await cancelOrder(deps, { order_id: once.id, reason: 'changed their mind' }, staff)
      await placeOrder(deps, order({ coupon_code: 'SUMMER' }), buyer)
    })

    it('ask again when a price changed since the cart showed it', async () => {
      const { brand, game, buyer, wish, order, deps } = await shop()
      await addCartItem(means, { ...wish, brand_id: brand.id }, buyer)
      await setPrice(
        means,
        { owner_id: game.productId, cycle: '1m', currency: 'EUR', amount: '4.00', setup: '5' },
        staff,
      )
      await assert.rejects(placeOrder(deps, order({ items: undefined }), buyer), (error: BerthError) => {
        assert.equal(error.code, 'order.prices_changed')
        assert.deepEqual(error.params.changes, [{ item: 'Minecraft', seen_minor: '1390', now_minor: '1300' }])
        return true
      })
    })

    it('keep the price that they were placed at', async () => {
      const { game, buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      await setPrice(
        means,
        { owner_id: game.productId, cycle: '1m', currency: 'EUR', amount: '9.90', setup: '5' },
        staff,
      )
      const service = await means.db.get<{ amount_minor: bigint }>(
        sql`select amount_minor from services where id = ${placed.service_ids[0]!}`,
      )
      assert.equal(service?.amount_minor, 490n)
      const { items } = await getOrder(means.db, buyer, placed.id)
      assert.equal(items[0]?.amount_minor, 890n)
    })

    it('refuse other currencies, brands, clients and missing consent', async () => {
      const { client, buyer, order, deps } = await shop()
      const other = await shop()
      await means.db.run(sql`update clients set currency_fixed = 1 where id = ${client.id}`)
      await assert.rejects(placeOrder(deps, order({ currency: 'IDR' }), buyer), code('order.currency_fixed'))
      await assert.rejects(
        placeOrder(deps, order({ items: [other.wish] }), buyer),
        (error: BerthError) => error.fields['items.0.product'] === 'is no longer sold',
      )
      await assert.rejects(placeOrder(deps, other.order(), buyer), code('record.not_found'))
      await assert.rejects(
        placeOrder(deps, order({ brand_id: other.brand.id }), buyer),
        code('input.invalid'),
      )
      const refused = { version: '1', accepted: false }
      await assert.rejects(placeOrder(deps, order({ terms: refused }), buyer), code('input.invalid'))
      await assert.rejects(placeOrder(deps, order(), guestActor('brd_x')), code('actor.not_signed_in'))
      const readOnly = clientActor(client.id, { rights: ['order.read'] })
      await assert.rejects(placeOrder(deps, order(), readOnly), code('actor.forbidden'))
      await assert.rejects(placeOrder(deps, order({ items: undefined }), buyer), code('cart.empty'))
    })
  })
}
