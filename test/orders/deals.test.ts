import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  changeBundle,
  createBundle,
  createGift,
  createProduct,
  linkAddon,
  publishProduct,
  retireBundle,
  retireGift,
  setPrice,
  suggestedBy,
  suggestProducts,
} from '../../core/catalog/index.ts'
import { chargedValue } from './charged-value.ts'
import { endService } from '../../core/services/end-service.ts'
import { lockService } from '../../core/services/load.ts'
import { guestActor, systemActor, type BerthError } from '../../core/kernel/index.ts'
import { addCartItem, cartSuggestions, placeOrder } from '../../core/orders/index.ts'
import { verifyBooks } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { chargeUntil, invoiceLines, makeRealShop } from './real-shop.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`bundles and gifts on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    /** Hosting at 10.00 a month with 5.00 set-up, a domain at 12.00 a year, care at 3.00 a month as its add-on. */
    async function shop() {
      const of = await makeRealShop(means)
      const product = async (slug: string, kind: string, prices: [string, string, string?][]) => {
        const id = await createProduct(
          means,
          { group_id: of.groupId, slug, name: slug, kind, asks: false },
          staff,
        )
        for (const [cycle, amount, setup] of prices)
          await setPrice(means, { owner_id: id, cycle, currency: 'EUR', amount, setup }, staff)
        await publishProduct(means, { id }, staff)
        return id
      }
      const hosting = await product('hosting', 'shared_hosting', [
        ['1m', '10.00', '5.00'],
        ['1y', '100.00'],
      ])
      const domain = await product('domain', 'other', [['1y', '12.00']])
      const care = await product('care', 'addon', [['1m', '3.00']])
      await linkAddon(means, { product_id: hosting, addon_id: care }, staff)
      const items = {
        hosting: { product_id: hosting, cycle: '1m' },
        yearly: { product_id: hosting, cycle: '1y' },
        domain: { product_id: domain, cycle: '1y' },
        cared: { product_id: hosting, cycle: '1m', addons: [{ product_id: care }] },
      }
      const place = (...wishes: object[]) => placeOrder(of.deps, of.order({ items: wishes }), of.buyer)
      const discounts = async (...wishes: object[]) => {
        const lines = await invoiceLines(means, (await place(...wishes)).invoice_id)
        return lines.flatMap(([kind, label, amount]) => (kind === 'discount' ? [[label, amount]] : []))
      }
      return { ...of, hosting, domain, care, items, place, discounts }
    }
    type Shop = Awaited<ReturnType<typeof shop>>

    const bundle = ({ brand, hosting, domain }: Shop, more: object) =>
      createBundle(
        means,
        {
          ...{ brand_id: brand.id, slug: 'start', name: 'Start', lasts: 'whole', kind: 'percent' },
          members: [{ product_id: hosting, cycles: ['1m'] }, { product_id: domain }],
          ...more,
        },
        staff,
      )
    const renewals = async (of: Shop, untilOn: string) =>
      (await chargeUntil(means, of.client.id, untilOn)).filter(([kind]) => kind === 'discount')

    it('a percentage counts when all members are there, as often as they are, and for the cycles named', async () => {
      const of = await shop()
      await bundle(of, { percent: '10' })
      const { hosting, domain, yearly } = of.items
      assert.deepEqual(await of.discounts(hosting), [])
      assert.deepEqual(await of.discounts(yearly, domain), [])
      const both = [
        ['Start', -150n],
        ['Start', -120n],
      ]
      assert.deepEqual(await of.discounts(hosting, domain), both)
      assert.equal((await of.discounts({ ...hosting, quantity: 3 }, { ...domain, quantity: 2 })).length, 4)
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-31')), [])
    })

    it('a price for all is what the products come to; set-up stays', async () => {
      const of = await shop()
      await bundle(of, { kind: 'price', amount: '11.00', currency: 'EUR' })
      const taken = await of.discounts(of.items.hosting, of.items.domain)
      assert.equal(
        taken.reduce((sum, [, amount]) => sum + (amount as bigint), 0n),
        -1_100n,
        '10.00 and 12.00 for 11.00',
      )
      const dear = await shop()
      await bundle(dear, { kind: 'price', amount: '99.00', currency: 'EUR' })
      assert.deepEqual(await dear.discounts(dear.items.hosting, dear.items.domain), [])
      const rupiah = await shop()
      await bundle(rupiah, { kind: 'fixed', amount: '1.00', currency: 'IDR' })
      assert.deepEqual(await rupiah.discounts(rupiah.items.hosting, rupiah.items.domain), [])
    })

    it('lasts while the bundle is whole, and ends for all when one of them ends', async () => {
      const of = await shop()
      await bundle(of, { kind: 'fixed', amount: '2.70', currency: 'EUR' })
      const placed = await of.place(of.items.hosting, of.items.domain)
      // 2.70 over 10.00, 5.00 of set-up and 12.00: 1.00, 0.50 and 1.20.
      assert.deepEqual(await renewals(of, '2026-02-28'), [['discount', '2026-02-28', -100n]])
      const [, domain] = placed.service_ids
      await means.db.transaction(async (trx) =>
        endService(
          means,
          trx,
          { service: await lockService(trx, domain!), reason: 'gone' },
          systemActor('test'),
        ),
      )
      assert.deepEqual(await renewals(of, '2026-03-31'), [])
    })

    it('for the first period alone lasts no longer', async () => {
      const of = await shop()
      await bundle(of, { percent: '50', lasts: 'first' })
      const placed = await of.place(of.items.hosting, of.items.domain)
      // 10.00 and 5.00 of set-up, and 12.00: what a change or a cancellation gives back is half the price of the period.
      assert.deepEqual(await chargedValue(means.db, placed.service_ids), [500n, 600n])
      assert.deepEqual(await renewals(of, '2026-02-28'), [])
    })

    it('a product gives another one, once for each of it, while it lives', async () => {
      const of = await shop()
      const gift = { giver_id: of.hosting, given_id: of.domain, giver_cycles: ['1y'], percent: '100' }
      await createGift(means, { ...gift, lasts: 'whole' }, staff)
      const { hosting, yearly, domain } = of.items
      assert.deepEqual(await of.discounts(hosting, domain), [], 'only with a year of hosting')
      const placed = await of.place(yearly, { ...domain, quantity: 2 })
      const lines = await invoiceLines(means, placed.invoice_id)
      assert.deepEqual(
        lines.filter(([kind]) => kind === 'discount'),
        [['discount', 'hosting', -1_200n]],
        'the second domain is paid',
      )
      const again = (await renewals(of, '2027-01-31')).filter(([, on]) => on === '2027-01-31')
      assert.deepEqual(again, [['discount', '2027-01-31', -1_200n]])
      const [giver] = placed.service_ids
      await means.db.transaction(async (trx) =>
        endService(
          means,
          trx,
          { service: await lockService(trx, giver!), reason: 'gone' },
          systemActor('test'),
        ),
      )
      assert.deepEqual(await renewals(of, '2028-01-31'), [], 'who gave it is gone')
    })

    it('an add-on can be given cheaper, and a coupon takes from what is left', async () => {
      const of = await shop()
      await createGift(
        means,
        { giver_id: of.hosting, given_id: of.care, percent: '50', lasts: 'first' },
        staff,
      )
      await makeCoupon(means, of.brand.id, { code: 'TEN', automatic: true, product_ids: [of.care] })
      const placed = await of.place(of.items.cared)
      assert.deepEqual(
        (await invoiceLines(means, placed.invoice_id)).filter(([kind]) => kind === 'discount'),
        [
          ['discount', 'hosting', -150n],
          ['discount', 'TEN', -15n],
        ],
      )
      assert.deepEqual(await chargedValue(means.db, placed.service_ids), [1_000n, 135n])
      assert.deepEqual(await renewals(of, '2026-02-28'), [])
    })

    it('a retired bundle or gift is no longer given, what was sold keeps it', async () => {
      const of = await shop()
      const id = await bundle(of, { percent: '10' })
      const gift = { giver_id: of.hosting, given_id: of.care, percent: '100', lasts: 'whole' }
      const giftId = await createGift(means, gift, staff)
      await of.place(of.items.cared, of.items.domain)
      await retireBundle(means, { id }, staff)
      await retireGift(means, { id: giftId }, staff)
      assert.deepEqual(await of.discounts(of.items.cared, of.items.domain), [])
      const kept = await renewals(of, '2026-02-28')
      assert.deepEqual(kept.map(([, , amount]) => amount).sort(), [-100n, -300n])
    })

    it('refuses what makes no sense, by its field', async () => {
      const of = await shop()
      const field = (name: string) => (error: unknown) => name in (error as BerthError).fields
      await assert.rejects(bundle(of, { percent: '0' }), field('percent'))
      await assert.rejects(bundle(of, { kind: 'fixed', amount: '1.00' }), field('currency'))
      await assert.rejects(bundle(of, { kind: 'price', amount: '1.001', currency: 'EUR' }), field('amount'))
      await assert.rejects(
        bundle(of, { percent: '5', members: [{ product_id: of.hosting }] }),
        field('members'),
      )
      const other = await makeRealShop(means)
      const foreign = [{ product_id: of.hosting }, { product_id: other.game.productId }]
      await assert.rejects(bundle(of, { percent: '5', members: foreign }), field('product_ids'))
      const id = await bundle(of, { percent: '5' })
      await assert.rejects(bundle(of, { percent: '5' }), field('slug'))
      const self = { giver_id: of.hosting, given_id: of.hosting, percent: '100', lasts: 'first' }
      await assert.rejects(createGift(means, self, staff), field('given_id'))
      const members = [{ product_id: of.hosting }, { product_id: of.domain }]
      const change = { id, version: 7, name: 'X', members, kind: 'percent', percent: '5', lasts: 'first' }
      await assert.rejects(changeBundle(means, change, staff), code('record.changed'))
    })

    it('the cart suggests what goes with it, once, and not what it holds', async () => {
      const of = await shop()
      const suggested = async (...ids: string[]) => (await suggestedBy(means.db, ids)).map(({ id }) => id)
      await suggestProducts(
        means,
        { product_id: of.hosting, suggested_ids: [of.domain, of.game.productId] },
        staff,
      )
      assert.deepEqual(await suggested(of.hosting), [of.domain, of.game.productId])
      assert.deepEqual(await suggested(of.hosting, of.domain), [of.game.productId])
      await suggestProducts(means, { product_id: of.hosting, suggested_ids: [] }, staff)
      assert.deepEqual(await suggested(of.hosting), [])
      await bundle(of, { percent: '10' })
      const guest = guestActor(of.brand.id)
      const { token } = await addCartItem(means, { ...of.items.hosting, brand_id: of.brand.id }, guest)
      const ref = { brand_id: of.brand.id, token }
      const gift = { giver_id: of.hosting, given_id: of.care, percent: '100', lasts: 'whole' }
      await createGift(means, gift, staff)
      const { cart } = await addCartItem(means, { ...of.items.domain, ...ref }, guest)
      assert.deepEqual(
        (await cartSuggestions(means.db, cart)).map(({ id, givenPpm }) => [id, givenPpm]),
        [[of.care, 1_000_000]],
      )
      assert.deepEqual(cart.discounts, [{ label: 'Start', why: 'bundle', minor: 270n }])
    })
  })
}
