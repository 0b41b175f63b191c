import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { findCoupon, restoreCoupon, retireCoupon } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, type BerthError } from '../../core/kernel/index.ts'
import { addCartItem, cancelOrder, placeOrder, readCart, setCartCoupon } from '../../core/orders/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { chargeUntil, invoiceLines, makeRealShop } from './real-shop.ts'

const staff = staffActor()
/** 4.90 for the product, 4.00 for 8 GB, 5.00 for set-up. */
const FULL = 1_390n

const refused = (code: string, field: string) => (error: unknown) => {
  assert.equal((error as BerthError).code, code)
  assert.equal((error as BerthError).params.field, field)
  return true
}

for (const engine of engines) {
  describe(`coupons of every form on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    const shop = () => makeRealShop(means)

    /** Orders one server with these codes; answers the discount lines of the invoice. */
    async function discounts(
      { deps, order, buyer }: Awaited<ReturnType<typeof shop>>,
      ...coupon_codes: string[]
    ): Promise<[string, bigint][]> {
      const placed = await placeOrder(deps, order({ coupon_codes }), buyer)
      const lines = await invoiceLines(means, placed.invoice_id)
      return lines.flatMap(([kind, label, amount]) => (kind === 'discount' ? [[label, amount]] : []))
    }

    it('set-up is lowered or free, the period is not, and nothing lasts', async () => {
      const of = await shop()
      await makeCoupon(means, of.brand.id, { code: 'HALF', kind: 'setup', percent: '50', cycles: null })
      await makeCoupon(means, of.brand.id, { code: 'NOSETUP', kind: 'setup', percent: undefined })
      assert.deepEqual(await discounts(of, 'HALF'), [['HALF', -250n]])
      assert.deepEqual(await discounts(of, 'NOSETUP'), [['NOSETUP', -500n]])
      const renewed = await chargeUntil(means, of.client.id, '2026-02-28')
      assert.equal(renewed.filter(([kind]) => kind === 'discount').length, 0)
    })

    it('a free month leaves set-up, and the second one is charged', async () => {
      const of = await shop()
      await makeCoupon(means, of.brand.id, { code: 'FREE', kind: 'free', percent: undefined, cycles: 2 })
      assert.deepEqual(await discounts(of, 'FREE'), [['FREE', -890n]])
      assert.deepEqual(await chargeUntil(means, of.client.id, '2026-03-31'), [
        ['recurring', '2026-02-28', 490n],
        ['option', '2026-02-28', 400n],
        ['discount', '2026-02-28', -890n],
        ['recurring', '2026-03-31', 490n],
        ['option', '2026-03-31', 400n],
      ])
    })

    it('a price of its own holds for the product alone, as long as it was promised', async () => {
      const of = await shop()
      const price = { code: 'TWO', kind: 'price', percent: undefined, amount: '2.00', currency: 'EUR' }
      await makeCoupon(means, of.brand.id, { ...price, cycles: 2 })
      await makeCoupon(means, of.brand.id, { ...price, code: 'DEAR', amount: '9.00' })
      assert.deepEqual(await discounts(of, 'TWO'), [['TWO', -290n]])
      const renewed = await chargeUntil(means, of.client.id, '2026-03-31')
      assert.deepEqual(
        renewed.filter(([kind]) => kind === 'discount'),
        [['discount', '2026-02-28', -290n]],
      )
      await assert.rejects(discounts(of, 'DEAR'), refused('coupon.refused', 'product_ids'))
    })

    it('several that stack are taken in their order, each from what is left, and last so', async () => {
      const of = await shop()
      const stack = { stackable: true, cycles: null }
      await makeCoupon(means, of.brand.id, { ...stack, code: 'TEN', percent: '10' })
      await makeCoupon(means, of.brand.id, {
        ...{ ...stack, code: 'ONE', percent: undefined, amount: '1.00', currency: 'EUR', cycles: 2 },
      })
      const setup = { ...stack, code: 'SETUP', kind: 'setup', percent: '100' }
      await makeCoupon(means, of.brand.id, setup)
      // Set-up first: 5.00. Ten per cent of 4.90 and 4.00: 0.49 + 0.40. Then 1.00 of the 8.01 that are left.
      assert.deepEqual(await discounts(of, 'ONE', 'TEN', 'SETUP'), [
        ['SETUP', -500n],
        ['TEN', -89n],
        ['ONE', -100n],
      ])
      const lowered = await chargeUntil(means, of.client.id, '2026-03-31')
      assert.deepEqual(
        lowered.filter(([kind]) => kind === 'discount'),
        [
          ['discount', '2026-02-28', -89n],
          ['discount', '2026-02-28', -100n],
          ['discount', '2026-03-31', -89n],
        ],
      )
      const uses = await means.db.all<{ discount_minor: bigint }>(sql`
        select u.discount_minor from coupon_uses u join coupons c on c.id = u.coupon_id
        where c.brand_id = ${of.brand.id} order by u.discount_minor`)
      assert.deepEqual(
        uses.map((use) => use.discount_minor),
        [89n, 100n, 500n],
      )
    })

    it('one that does not stack stands alone, in the cart it takes the place of another', async () => {
      const of = await shop()
      await makeCoupon(means, of.brand.id, { code: 'ALONE' })
      await makeCoupon(means, of.brand.id, { code: 'STACK', stackable: true })
      await makeCoupon(means, of.brand.id, { code: 'STACK2', stackable: true })
      await assert.rejects(discounts(of, 'ALONE', 'STACK'), refused('coupon.refused', 'stackable'))
      const guest = guestActor(of.brand.id)
      const { token } = await addCartItem(means, { ...of.wish, brand_id: of.brand.id }, guest)
      const ref = { brand_id: of.brand.id, token }
      const enter = async (code: string) => (await setCartCoupon(means, { ...ref, code }, guest)).couponCodes
      assert.deepEqual(await enter('stack'), ['STACK'])
      assert.deepEqual(await enter('stack2'), ['STACK', 'STACK2'])
      assert.deepEqual(await enter('ALONE'), ['ALONE'])
      const out = await setCartCoupon(means, { ...ref, code: 'ALONE', out: true }, guest)
      assert.deepEqual([out.couponCodes, out.first.discountMinor], [[], 0n])
    })

    it('what counts by itself is used where it fits, after what was typed', async () => {
      const of = await shop()
      await makeCoupon(means, of.brand.id, { code: 'AUTO', automatic: true, percent: '20' })
      await makeCoupon(means, of.brand.id, { code: 'YEARLY', automatic: true, only_cycles: ['1y'] })
      await makeCoupon(means, of.brand.id, { code: 'TYPED', percent: '5' })
      assert.deepEqual(await discounts(of), [['AUTO', -278n]])
      assert.deepEqual(await discounts(of, 'TYPED'), [['TYPED', -70n]])
      const guest = guestActor(of.brand.id)
      const { cart } = await addCartItem(means, { ...of.wish, brand_id: of.brand.id }, guest)
      assert.deepEqual(cart.discounts, [{ label: 'AUTO', why: 'coupon', minor: 278n }])
      assert.equal(cart.couponProblem, null)
    })

    it('every limit is refused by its name', async () => {
      const of = await shop()
      const { brand } = of
      const limits: [string, string, object][] = [
        ['status', 'OLD', {}],
        ['starts_on', 'LATER', { starts_on: '2026-02-01' }],
        ['ends_on', 'OVER', { ends_on: '2026-01-30' }],
        ['currency', 'DOLLARS', { only_currencies: ['USD'] }],
        ['minimum', 'LARGE', { minimum: '13.91', minimum_currency: 'EUR' }],
        ['minimum', 'RUPIAH', { minimum: '1.00', minimum_currency: 'IDR' }],
        ['required_products', 'WITH', { required_product_ids: [of.game.productId] }],
        ['buyers', 'KNOWN', { buyers: 'existing' }],
        ['product_ids', 'YEARS', { only_cycles: ['1y'] }],
        ['product_ids', 'SHELF', { group_ids: [] }],
      ]
      for (const [, code, limit] of limits) await makeCoupon(means, brand.id, { code, ...limit })
      const other = await makeRealShop(means)
      await means.db.run(
        sql`update coupons set required_product_ids = ${JSON.stringify([other.game.productId])} where brand_id = ${brand.id} and code = 'WITH'`,
      )
      await means.db.run(
        sql`update coupons set group_ids = ${JSON.stringify([other.groupId])} where brand_id = ${brand.id} and code = 'SHELF'`,
      )
      await retireCoupon(means, { id: (await findCoupon(means.db, brand.id, 'OLD'))!.id }, staff)
      for (const [field, code] of limits)
        await assert.rejects(discounts(of, code), refused('coupon.refused', field), code)
      await restoreCoupon(means, { id: (await findCoupon(means.db, brand.id, 'OLD'))!.id }, staff)
      assert.deepEqual(await discounts(of, 'OLD'), [['OLD', -139n]])
      assert.deepEqual(await discounts(of, 'KNOWN'), [['KNOWN', -139n]], 'has ordered by now')
    })

    it('a group, a smallest sum that is met and a product that is owned let it count', async () => {
      const of = await shop()
      const { brand, groupId, game } = of
      await makeCoupon(means, brand.id, { code: 'SHELF', group_ids: [groupId] })
      await makeCoupon(means, brand.id, { code: 'LARGE', minimum: '13.90', minimum_currency: 'EUR' })
      assert.deepEqual(await discounts(of, 'SHELF'), [['SHELF', -139n]])
      assert.deepEqual(await discounts(of, 'LARGE'), [['LARGE', -139n]])
      await makeCoupon(means, brand.id, { code: 'OWNED', required_product_ids: [game.productId] })
      assert.deepEqual(await discounts(of, 'OWNED'), [['OWNED', -139n]])
      assert.equal(FULL, 1_390n)
    })

    it('new clients are new once, also when they order twice at the same moment', async () => {
      const { brand, client, order, deps, buyer } = await shop()
      await makeCoupon(means, brand.id, { code: 'HELLO', buyers: 'new' })
      const tries = await Promise.allSettled(
        Array.from({ length: 4 }, () => placeOrder(deps, order({ coupon_code: 'HELLO' }), buyer)),
      )
      const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(won.length, 1)
      for (const one of tries)
        if (one.status === 'rejected') assert.ok(refused('coupon.refused', 'buyers')(one.reason))
      await cancelOrder(deps, { order_id: won[0]!.id, reason: 'changed their mind' }, staff)
      const again = await placeOrder(deps, order({ coupon_code: 'HELLO' }), buyer)
      const uses = await means.db.all<{ order_id: string }>(
        sql`select order_id from coupon_uses where client_id = ${client.id} and released_at is null`,
      )
      assert.deepEqual(
        uses.map((use) => use.order_id),
        [again.id],
      )
    })

    it('32 who redeem at once get exactly what the limit allows, and a dropped order gives its use back', async () => {
      const { brand, order, deps } = await shop()
      await makeCoupon(means, brand.id, { code: 'SEVEN', uses_max: 7 })
      const clients = await Promise.all(
        Array.from({ length: 32 }, () => makeClient(means, { brand_id: brand.id })),
      )
      const tries = await Promise.allSettled(
        clients.map(({ id }) => placeOrder(deps, order({ client_id: id, coupon_code: 'SEVEN' }), staff)),
      )
      const placed = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      assert.equal(placed.length, 7)
      for (const one of tries)
        if (one.status === 'rejected') assert.ok(refused('coupon.used_up', 'uses_max')(one.reason))
      const standing = () =>
        means.db.get<{ uses: number; rows: number }>(sql`
          select c.uses, (select count(*) from coupon_uses u where u.coupon_id = c.id and u.released_at is null) as rows
          from coupons c where c.brand_id = ${brand.id}`)
      assert.deepEqual({ ...(await standing()) }, { uses: 7, rows: 7 })
      const [first, second] = placed
      await Promise.all(
        [first, second].map((one) => cancelOrder(deps, { order_id: one!.id, reason: 'no' }, staff)),
      )
      assert.deepEqual({ ...(await standing()) }, { uses: 5, rows: 5 })
      const again = await Promise.allSettled(
        clients.map(({ id }) => placeOrder(deps, order({ client_id: id, coupon_code: 'SEVEN' }), staff)),
      )
      assert.equal(again.filter((one) => one.status === 'fulfilled').length, 2)
      assert.deepEqual({ ...(await standing()) }, { uses: 7, rows: 7 })
    })

    it('a cart says why in words of the limit and cannot be ordered', async () => {
      const { brand, wish } = await shop()
      await makeCoupon(means, brand.id, { code: 'LARGE', minimum: '99.00', minimum_currency: 'EUR' })
      const guest = guestActor(brand.id)
      const { token } = await addCartItem(means, { ...wish, brand_id: brand.id }, guest)
      await setCartCoupon(means, { brand_id: brand.id, token, code: 'LARGE' }, guest)
      const cart = await readCart(means, { brand_id: brand.id, token: token! }, guest)
      assert.deepEqual(
        [cart.couponProblem?.field, cart.couponProblem?.value, cart.orderable],
        ['minimum', '99.00 EUR', false],
      )
    })
  })
}
