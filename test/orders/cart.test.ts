import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  createProduct,
  linkAddon,
  publishProduct,
  retireProduct,
  setPrice,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor, type BerthError } from '../../core/kernel/index.ts'
import {
  countCartItems,
  acceptCartPrices,
  addCartItem,
  changeCartItem,
  joinCart,
  readCart,
  removeCartItem,
  setCartCoupon,
  setCartCurrency,
} from '../../core/orders/index.ts'
import { makeCoupon, makeGameServer, makeGroup } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`the cart on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    async function shop() {
      const { brand, groupId } = await makeGroup(means)
      const game = await makeGameServer(means, groupId, { stock: 5 })
      const guest = guestActor(brand.id)
      const wish = { brand_id: brand.id, product_id: game.productId, cycle: '1m', options: { memory: 8 } }
      return { brand, groupId, game, guest, wish }
    }

    it('is empty at first, and made with the first item', async () => {
      const { brand, guest, wish } = await shop()
      const empty = await readCart(means, { brand_id: brand.id }, guest)
      assert.deepEqual([empty.id, empty.currency, empty.items, empty.orderable], [null, 'EUR', [], false])
      const added = await addCartItem(means, { ...wish, quantity: 2 }, guest)
      assert.ok(added.token)
      // 4.90 + 8 × 0.50 a month and 5.00 once, twice.
      assert.equal(added.cart.first.totalMinor, 2_780n)
      assert.deepEqual(added.cart.renewals, [
        { cycle: '1m', sums: { subtotalMinor: 1_780n, discountMinor: 0n, totalMinor: 1_780n } },
      ])
      assert.equal(added.cart.orderable, true)
      const stored = await means.db.get<{ token_hash: string }>(
        sql`select token_hash from carts where id = ${added.cart.id}`,
      )
      assert.notEqual(stored?.token_hash, added.token)
      const again = await addCartItem(means, { ...wish, token: added.token }, guest)
      assert.equal(again.token, null)
      assert.equal(again.cart.items.length, 2)
    })

    it('refuses what cannot be ordered so, field by field', async () => {
      const { guest, wish } = await shop()
      await assert.rejects(
        addCartItem(means, { ...wish, options: { memory: 5 }, fields: { name: 'X' } }, guest),
        (error: BerthError) => {
          assert.deepEqual(error.fields, {
            'option.memory': 'must be 4 to 16 GB in steps of 2',
            'field.name': 'does not have the expected form',
          })
          return true
        },
      )
      await assert.rejects(
        addCartItem(means, { ...wish, product_id: 'prd_x' }, guest),
        code('record.not_found'),
      )
    })

    it('changes and removes items, but no other cart’s', async () => {
      const { guest, wish, brand } = await shop()
      const mine = await addCartItem(means, wish, guest)
      const other = await addCartItem(means, wish, guest)
      const ref = { brand_id: brand.id, token: mine.token }
      const changed = await changeCartItem(
        means,
        { ...ref, item_id: mine.itemId, quantity: 3, options: { memory: 4 } },
        guest,
      )
      assert.equal(changed.first.totalMinor, 3_570n)
      const foreign = { ...ref, item_id: other.itemId }
      await assert.rejects(
        changeCartItem(means, { ...foreign, quantity: 2 }, guest),
        code('record.not_found'),
      )
      await assert.rejects(removeCartItem(means, foreign, guest), code('record.not_found'))
      const empty = await removeCartItem(means, { ...ref, item_id: mine.itemId }, guest)
      assert.deepEqual(empty.items, [])
      const wrong = { brand_id: brand.id, token: 'guessed' }
      assert.equal((await readCart(means, wrong, guest)).id, null)
    })

    it('offers add-ons by the cycle of their product, or once', async () => {
      const { guest, wish, groupId, game } = await shop()
      const addon = await createProduct(
        means,
        { group_id: groupId, slug: 'care', name: 'Care', kind: 'addon' },
        staff,
      )
      const once = { owner_id: addon, cycle: 'once', currency: 'EUR', amount: '20' }
      await setPrice(means, once, staff)
      await publishProduct(means, { id: addon }, staff)
      const withAddon = { ...wish, addons: [{ product_id: addon, quantity: 2 }] }
      await assert.rejects(addCartItem(means, withAddon, guest), (error: BerthError) =>
        Object.values(error.fields).includes('is not offered with this product'),
      )
      await linkAddon(means, { product_id: game.productId, addon_id: addon }, staff)
      const { cart } = await addCartItem(means, withAddon, guest)
      assert.equal(cart.first.totalMinor, 1_390n + 4_000n)
      assert.equal(cart.renewals[0]?.sums.totalMinor, 890n)
    })

    it('takes a coupon off and says why one does not count', async () => {
      const { guest, wish, brand } = await shop()
      await makeCoupon(means, brand.id, { cycles: 3 })
      await makeCoupon(means, brand.id, { code: 'LATER', starts_on: '2026-04-01' })
      const { token } = await addCartItem(means, wish, guest)
      const ref = { brand_id: brand.id, token }
      const cart = await setCartCoupon(means, { ...ref, code: 'summer' }, guest)
      assert.deepEqual(cart.first, { subtotalMinor: 1_390n, discountMinor: 139n, totalMinor: 1_251n })
      assert.equal(cart.renewals[0]?.sums.totalMinor, 801n)
      await assert.rejects(setCartCoupon(means, { ...ref, code: 'LATER' }, guest), code('coupon.refused'))
      await assert.rejects(setCartCoupon(means, { ...ref, code: 'NONE' }, guest), code('coupon.unknown'))
      const without = await setCartCoupon(means, { ...ref, code: null }, guest)
      assert.equal(without.first.discountMinor, 0n)
    })

    it('switches currency and marks what is not sold in it', async () => {
      const { guest, wish, brand } = await shop()
      const { token } = await addCartItem(means, { ...wish, options: {} }, guest)
      const ref = { brand_id: brand.id, token }
      const cart = await setCartCurrency(means, { ...ref, currency: 'IDR' }, guest)
      assert.equal(cart.currency, 'IDR')
      assert.deepEqual(cart.items[0]?.errors, { 'option.memory': 'is not sold for "1m" in IDR' })
      assert.equal(cart.orderable, false)
      await assert.rejects(setCartCurrency(means, { ...ref, currency: 'JPY' }, guest), code('input.invalid'))
    })

    it('says which prices changed since they were shown, and what is sold out', async () => {
      const { guest, wish, brand, game } = await shop()
      const { token, itemId } = await addCartItem(means, { ...wish, quantity: 5 }, guest)
      const ref = { brand_id: brand.id, token }
      const price = { owner_id: game.productId, cycle: '1m', currency: 'EUR', amount: '5.90', setup: '5' }
      await setPrice(means, price, staff)
      await means.db.run(sql`update products set stock = 4 where id = ${game.productId}`)
      const cart = await readCart(means, ref, guest)
      assert.deepEqual(cart.notices, [
        { kind: 'price_changed', itemId, seenMinor: 6_950n, nowMinor: 7_450n },
        { kind: 'sold_out', itemId, product: 'Minecraft', left: 4 },
      ])
      assert.equal(cart.orderable, false)
      const accepted = await acceptCartPrices(means, ref, guest)
      assert.deepEqual(
        accepted.notices.map((notice) => notice.kind),
        ['sold_out'],
      )
      await retireProduct(means, { id: game.productId }, staff)
      const gone = await readCart(means, ref, guest)
      assert.deepEqual(gone.notices, [{ kind: 'not_sold', itemId }])
    })

    it('joins the user’s own cart at sign-in, and its token opens nothing for others', async () => {
      const { guest, wish, brand } = await shop()
      const user = clientActor('cli_x', { id: means.newId('usr') })
      const first = await addCartItem(means, wish, guest)
      const ref = { brand_id: brand.id, token: first.token }
      const joined = await joinCart(means, ref, user)
      assert.equal(joined.id, first.cart.id)
      assert.equal((await readCart(means, ref, guest)).id, null)
      assert.equal((await readCart(means, { brand_id: brand.id }, user)).items.length, 1)
      const second = await addCartItem(means, { ...wish, quantity: 2 }, guest)
      const both = await joinCart(means, { brand_id: brand.id, token: second.token }, user)
      assert.equal(both.id, first.cart.id)
      assert.deepEqual(
        both.items.map((item) => item.units.length),
        [1, 2],
      )
      const stranger = clientActor('cli_y', { id: means.newId('usr') })
      assert.equal((await readCart(means, ref, stranger)).id, null)
    })

    it('is kept for thirty days', async () => {
      const { guest, wish, brand } = await shop()
      const { token } = await addCartItem(means, wish, guest)
      const ref = { brand_id: brand.id, token }
      means.clock.advance(29 * 86_400_000)
      assert.equal((await readCart(means, ref, guest)).items.length, 1)
      // As pages ask, whose rows are kept until something is written.
      const count = () => countCartItems(means, means.db.kept ?? means.db, { ...ref, token: token! }, guest)
      assert.equal(await count(), 1)
      means.clock.advance(2 * 86_400_000)
      assert.equal((await readCart(means, ref, guest)).id, null)
      assert.equal(await count(), 0)
    })
  })
}
