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
import type { StoredEvent } from '../../core/events/index.ts'
import { guestActor, type Actor, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptOrder,
  addCartItem,
  cancelOrder,
  countOrders,
  getOrder,
  getOrderByKey,
  holdOrder,
  joinCart,
  listOrders,
  noteOrder,
  orderConsumers,
  placeOrder,
  readCart,
  rejectOrder,
  setCartCoupon,
} from '../../core/orders/index.ts'
import { makeCoupon, makeGameServer, makeGroup } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { orderDeps } from './support.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`orders on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    let keys = 0
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    async function shop(columns: { stock?: number; delivery_on?: 'acceptance' | 'payment' } = {}) {
      const { brand, groupId } = await makeGroup(means)
      const game = await makeGameServer(means, groupId, columns)
      const client = await makeClient(means, { brand_id: brand.id })
      const buyer = clientActor(client.id, { id: means.newId('usr') })
      const wish = { product_id: game.productId, cycle: '1m', options: { memory: 8 } }
      const order = (more: object = {}) => ({
        brand_id: brand.id,
        client_id: client.id,
        once_key: `once-key-${++keys}`,
        items: [wish],
        currency: 'EUR',
        terms: { version: '2026-01', accepted: true },
        ...more,
      })
      return { brand, groupId, game, client, buyer, wish, order, deps: orderDeps(means) }
    }

    const event = (type: string, body: StoredEvent['body']): StoredEvent => ({
      id: means.newId('evt'),
      type,
      version: 1,
      brand_id: null,
      client_id: null,
      subject: '',
      actor: 'system:test',
      cause: null,
      occurred_at: means.business.now(),
      body,
    })

    async function hear(heard: StoredEvent) {
      for (const consumer of orderConsumers(means)) {
        if (consumer.types.includes(heard.type))
          await means.db.transaction((trx) => consumer.handle(trx, heard))
      }
    }

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
        version: '2026-01',
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

    it('are shown to their client, to staff of their brand, and by their key', async () => {
      const { brand, buyer, order, deps, client } = await shop()
      const first = await placeOrder(deps, order(), buyer)
      const second = await placeOrder(deps, order(), buyer)
      const access = { brandId: brand.id, orderId: first.id, key: first.access_key }
      assert.equal((await getOrderByKey(means.db, access)).id, first.id)
      await assert.rejects(
        getOrderByKey(means.db, { ...access, key: second.access_key }),
        code('record.not_found'),
      )
      await assert.rejects(getOrderByKey(means.db, { ...access, brandId: 'brd_x' }), code('record.not_found'))
      const newest = await listOrders(means.db, buyer, { limit: 1 })
      assert.deepEqual(
        newest.map((row) => row.id),
        [second.id],
      )
      const older = await listOrders(means.db, buyer, { limit: 1, before: second.id })
      assert.deepEqual(
        older.map((row) => row.id),
        [first.id],
      )
      const stranger = clientActor('cli_other')
      await assert.rejects(getOrder(means.db, stranger, first.id), code('record.not_found'))
      assert.deepEqual(await listOrders(means.db, stranger, { clientId: client.id, limit: 9 }), [])
      const elsewhere: Actor = { ...staff, brandIds: ['brd_x'] }
      await assert.rejects(getOrder(means.db, elsewhere, first.id), code('record.not_found'))
      const here: Actor = { ...staff, brandIds: [brand.id] }
      assert.deepEqual(await countOrders(means.db, here), new Map([['placed', 2]]))
      assert.equal((await listOrders(means.db, here, { statuses: ['held'], limit: 9 })).length, 0)
      const acts = [acceptOrder, holdOrder, noteOrder]
      for (const act of acts) {
        const input = {
          order_id: first.id,
          ...(act === acceptOrder ? {} : act === holdOrder ? { reason: 'x' } : { note: 'x' }),
        }
        await assert.rejects(act(means, input, elsewhere), code('record.not_found'))
      }
      const drop = { order_id: first.id, reason: 'x' }
      await assert.rejects(cancelOrder(deps, drop, elsewhere), code('record.not_found'))
      await assert.rejects(rejectOrder(deps, drop, buyer), code('actor.forbidden'))
    })

    it('are held, noted and accepted by staff', async () => {
      const { buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      await holdOrder(means, { order_id: placed.id, reason: 'card from elsewhere' }, staff)
      await noteOrder(means, { order_id: placed.id, note: 'called them' }, staff)
      const held = await getOrder(means.db, staff, placed.id)
      assert.deepEqual(
        [held.status, held.hold_reason, held.note],
        ['held', 'card from elsewhere', 'called them'],
      )
      await acceptOrder(means, { order_id: placed.id }, staff)
      await assert.rejects(acceptOrder(means, { order_id: placed.id }, staff), code('state.illegal'))
      const told = await means.db.get<{ body: string }>(
        sql`select body from events where type = 'order.accepted' and subject = ${placed.id}`,
      )
      assert.deepEqual((JSON.parse(told!.body) as { service_ids: string[] }).service_ids, placed.service_ids)
    })

    it('give stock, coupon and invoice back when they fall through', async () => {
      const { brand, game, buyer, wish, order, deps } = await shop({ stock: 3 })
      await makeCoupon(means, brand.id, {})
      const placed = await placeOrder(
        deps,
        order({ items: [{ ...wish, quantity: 2 }], coupon_code: 'SUMMER' }),
        buyer,
      )
      await rejectOrder(deps, { order_id: placed.id, reason: 'fraud' }, staff)
      assert.equal((await getOrder(means.db, staff, placed.id)).status, 'rejected')
      assert.deepEqual(deps.acts, [`void ${placed.invoice_id}`, `end ${placed.service_ids.join(' ')}`])
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 3)
      assert.equal((await findCoupon(means.db, brand.id, 'SUMMER'))?.uses, 0)
      const drop = { order_id: placed.id, reason: 'again' }
      await assert.rejects(cancelOrder(deps, drop, staff), code('state.illegal'))
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 3)
    })

    it('that are paid are dropped only with the refund', async () => {
      const { buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      deps.standings.set(placed.invoice_id, { status: 'paid', paidMinor: 979n })
      const drop = { order_id: placed.id, reason: 'asked for it' }
      await assert.rejects(cancelOrder(deps, drop, staff), code('order.paid'))
      assert.equal((await getOrder(means.db, staff, placed.id)).status, 'placed')
      await cancelOrder(deps, { ...drop, refund: true }, staff)
      assert.equal(deps.acts[0], `refund ${placed.invoice_id}`)
    })

    it('go on by themselves when they are paid, and are done when all is live', async () => {
      const { buyer, wish, order, deps } = await shop()
      const placed = await placeOrder(deps, order({ items: [{ ...wish, quantity: 2 }] }), buyer)
      const status = async () => (await getOrder(means.db, staff, placed.id)).status
      await hear(event('invoice.paid', { id: placed.invoice_id, origin: 'renewal', origin_id: placed.id }))
      assert.equal(await status(), 'placed')
      await hear(event('invoice.paid', { id: placed.invoice_id, origin: 'order', origin_id: placed.id }))
      assert.equal(await status(), 'accepted')
      const [first, second] = placed.service_ids as [string, string]
      const live = async (id: string) => {
        await means.db.run(sql`update services set delivery_status = 'live' where id = ${id}`)
        await hear(event('service.live', { id }))
      }
      await live(first)
      assert.equal(await status(), 'accepted')
      await live(second)
      assert.equal(await status(), 'done')
    })

    it('wait for a person when a product says so or somebody holds them', async () => {
      const careful = await shop({ delivery_on: 'acceptance' })
      const waiting = await placeOrder(careful.deps, careful.order(), careful.buyer)
      await hear(event('invoice.paid', { origin: 'order', origin_id: waiting.id }))
      assert.equal((await getOrder(means.db, staff, waiting.id)).status, 'placed')
      const held = await placeOrder(careful.deps, careful.order(), careful.buyer)
      await holdOrder(means, { order_id: held.id, reason: 'look at it' }, staff)
      await hear(event('invoice.paid', { origin: 'order', origin_id: held.id }))
      assert.equal((await getOrder(means.db, staff, held.id)).status, 'held')
    })

    it('free the stock of a service that ends, once', async () => {
      const { brand, game, buyer, order, deps } = await shop({ stock: 1 })
      const placed = await placeOrder(deps, order(), buyer)
      const ended = event('service.ended', { id: placed.service_ids[0]! })
      await hear(ended)
      await hear(ended)
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 1)
    })
  })
}
