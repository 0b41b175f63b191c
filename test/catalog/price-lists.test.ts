import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  changePriceList,
  createPriceList,
  loadProduct,
  priceAt,
  priceSelection,
  retirePrice,
  retirePriceList,
  setPrice,
  type Product,
} from '../../core/catalog/index.ts'
import {
  changeClientGroup,
  createClientGroup,
  groupClient,
  retireClientGroup,
} from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, guestActor, isoDate, type BerthError } from '../../core/kernel/index.ts'
import { addCartItem, placeOrder, readCart } from '../../core/orders/index.ts'
import { readSetting } from '../../core/records/index.ts'
import { overrideSetting, suspendAfter } from '../../core/billing/index.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const DAY = isoDate('2026-01-31')
const refused = (code: string, field?: string) => (error: unknown) =>
  (error as BerthError).code === code && (field === undefined || field in (error as BerthError).fields)

for (const engine of engines) {
  describe(`price lists and client groups on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    /** A shop whose client is in a group with a list: 20 % off, and a monthly price of its own for the product. */
    const vip = async () => {
      const shop = await makeShop(means)
      const listId = await createPriceList(
        means,
        { brand_id: shop.brand.id, name: 'VIP', discount_ppm: 200_000 },
        staff,
      )
      const groupId = await createClientGroup(
        means,
        { brand_id: shop.brand.id, name: 'VIP', price_list_id: listId },
        staff,
      )
      await groupClient(means, { client_id: shop.client.id, group_id: groupId }, staff)
      const owned = { owner_id: shop.game.productId, cycle: '1m', currency: 'EUR', list_id: listId }
      await setPrice(means, { ...owned, amount: '3.00', setup: '1.00' }, staff)
      return { ...shop, listId, groupId, owned }
    }
    const load = async (brandId: string, clientId: string | null): Promise<Product> =>
      (await loadProduct(database.db, brandId, 'minecraft', { clientId }))!
    const amount = (product: Product, of: string, currency = 'EUR') =>
      priceAt(product.prices, { cycle: cycle(of), currency, day: DAY })?.amountMinor

    it('give the clients of a group their own prices, then the discounted ones; guests see the default', async () => {
      const { brand, client } = await vip()
      const own = await load(brand.id, client.id)
      // 49.00 less 20 %; 79,000.00 IDR less 20 %.
      assert.deepEqual(
        [amount(own, '1m'), amount(own, '1y'), amount(own, '1m', 'IDR')],
        [300n, 3_920n, 6_320_000n],
      )
      const guest = await load(brand.id, null)
      assert.deepEqual([amount(guest, '1m'), amount(guest, '1y')], [490n, 4_900n])
      const other = await makeClient(means, { brand_id: brand.id })
      assert.equal(amount(await load(brand.id, other.id), '1m'), 490n)
    })

    it('say in the trace which list a line is of and what it took off', async () => {
      const { brand, client, listId } = await vip()
      const terms = { currency: 'EUR', cycle: cycle('1m'), day: DAY }
      const priced = priceSelection(await load(brand.id, client.id), { options: { memory: 8 } }, terms)
      const [base, memory] = priced.lines
      assert.equal(base!.trace.list_id, listId)
      assert.deepEqual([memory!.unitMinor, memory!.trace.list_discount_ppm], [40n, 200_000])
    })

    it('price the cart and the order; the service keeps what it was sold at', async () => {
      const { brand, client, buyer, wish, order, deps, listId, groupId } = await vip()
      const guest = guestActor(brand.id)
      const { token, cart } = await addCartItem(means, { ...wish, brand_id: brand.id }, guest)
      // Default: 4.90 + 8 × 0.50 + setup 5.00.
      assert.equal(cart.first.totalMinor, 1_390n)
      const seen = await readCart(means, { brand_id: brand.id, token: token! }, buyer)
      // The client's: 3.00 + 8 × 0.40 + setup 1.00. What a guest saw is named as a changed price.
      assert.equal(seen.first.totalMinor, 720n)
      assert.deepEqual(
        seen.notices.map(({ kind }) => kind),
        ['price_changed'],
      )
      await placeOrder(deps, order(), buyer)
      assert.deepEqual(
        deps.specs.map(({ amountMinor, recurringMinor }) => [amountMinor, recurringMinor]),
        [[300n, 620n]],
      )
      await groupClient(means, { client_id: client.id, group_id: null }, staff)
      const row = await database.db.get<{ recurring_minor: bigint }>(
        sql`select recurring_minor from services where client_id = ${client.id}`,
      )
      assert.equal(row!.recurring_minor, 620n)
      await changeClientGroup(means, { group_id: groupId, name: 'Gone', price_list_id: null }, staff)
      await retirePriceList(means, { id: listId }, staff)
    })

    it('fall back to the default when a price of the list is taken away or the list changes', async () => {
      const { brand, client, listId, owned } = await vip()
      assert.equal(await retirePrice(means, owned, staff), 1)
      assert.equal(amount(await load(brand.id, client.id), '1m'), 392n)
      await changePriceList(means, { id: listId, name: 'VIP', discount_ppm: 0 }, staff)
      assert.equal(amount(await load(brand.id, client.id), '1m'), 490n)
      // The default price was never touched.
      assert.equal(amount(await load(brand.id, null), '1m'), 490n)
    })

    it('begin on their day: a price of the list that starts tomorrow leaves today to the default', async () => {
      const { brand, client, owned } = await vip()
      await setPrice(means, { ...owned, cycle: '1y', amount: '10.00', valid_from: '2026-02-01' }, staff)
      const product = await load(brand.id, client.id)
      assert.equal(amount(product, '1y'), 3_920n)
      const next = priceAt(product.prices, {
        cycle: cycle('1y'),
        currency: 'EUR',
        day: isoDate('2026-02-01'),
      })
      assert.equal(next?.amountMinor, 1_000n)
    })

    it('refuse what does not fit, by the name of the field', async () => {
      const { client, listId, groupId, owned, brand } = await vip()
      const elsewhere = await makeBrand(means)
      const foreign = await createPriceList(means, { brand_id: elsewhere.id, name: 'Other' }, staff)
      await assert.rejects(
        createPriceList(means, { brand_id: brand.id, name: 'VIP' }, staff),
        refused('input.invalid', 'name'),
      )
      await assert.rejects(
        createPriceList(means, { brand_id: brand.id, name: 'Low', discount_ppm: 1_000_001 }, staff),
        refused('input.invalid', 'discount_ppm'),
      )
      await assert.rejects(
        setPrice(means, { ...owned, list_id: foreign, amount: '1.00' }, staff),
        refused('record.not_found'),
      )
      await assert.rejects(
        setPrice(means, { ...owned, currency: 'CHF', amount: '1.00' }, staff),
        refused('input.invalid', 'currency'),
      )
      await assert.rejects(
        setPrice(means, { ...owned, amount: '1.001' }, staff),
        refused('input.invalid', 'amount'),
      )
      await assert.rejects(
        createClientGroup(means, { brand_id: brand.id, name: 'X', price_list_id: foreign }, staff),
        refused('record.not_found'),
      )
      await assert.rejects(retirePriceList(means, { id: listId }, staff), refused('price_list.in_use'))
      await assert.rejects(
        retireClientGroup(means, { group_id: groupId }, staff),
        refused('client_group.in_use'),
      )
      const group = await createClientGroup(means, { brand_id: elsewhere.id, name: 'Y' }, staff)
      await assert.rejects(
        groupClient(means, { client_id: client.id, group_id: group }, staff),
        refused('input.invalid', 'group_id'),
      )
    })

    it('carry settings between product and client', async () => {
      const { client, groupId, brand } = await vip()
      const ids = { brand: brand.id, client: client.id }
      await overrideSetting(
        means,
        { key: suspendAfter.key, scope: 'client_group', scope_id: groupId, value: 60 },
        staff,
      )
      assert.equal(await readSetting(database.db, suspendAfter, ids), 60)
      await overrideSetting(
        means,
        { key: suspendAfter.key, scope: 'client', scope_id: client.id, value: 7 },
        staff,
      )
      assert.equal(await readSetting(database.db, suspendAfter, ids), 7)
      assert.equal(await readSetting(database.db, suspendAfter, { brand: brand.id }), suspendAfter.preset)
    })
  })
}
