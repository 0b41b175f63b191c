import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { guestActor, systemActor, type BerthError } from '../../core/kernel/index.ts'
import {
  addCartItem,
  cartMailsBy,
  joinCart,
  leftCartCoupon,
  leftCartHours,
  placeOrder,
  readCart,
  readLeftCart,
  remindLeftCarts,
  restoreCart,
  setCartMails,
} from '../../core/orders/index.ts'
import { writeSetting, type Setting } from '../../core/records/index.ts'
import type { TSchema } from '../../sdk/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeMembership, makeUser } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const HOUR = 3_600_000
const system = systemActor('test')
const isOver = (error: unknown) => (error as BerthError).code === 'record.not_found'

interface Mail {
  to: { address: string }
  data: { url: string; stop_path: string; coupon: string | null; amount: { minor: string }; items: object[] }
}

for (const engine of engines) {
  describe(`carts that were left, on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    const later = (hours: number) => {
      means.clock.advance(hours * HOUR)
      means.business.advance(hours / 24)
    }

    /** A shop that writes after four hours, and a buyer of it who has put one item into the cart. */
    async function leftCart(hours = 4) {
      const shop = await makeShop(means)
      const { brand, client } = shop
      const place = { scope: 'brand', scopeId: brand.id } as const
      const set = <S extends TSchema>(setting: Setting<S>, value: unknown) =>
        means.db.transaction((trx) => writeSetting(means, trx, { ...place, setting, value }, system))
      await set(leftCartHours, hours)
      const user = await makeUser(means)
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      const buyer = clientActor(client.id, { id: user.id })
      await addCartItem(means, { brand_id: brand.id, ...shop.wish }, buyer)
      return { ...shop, set, user, buyer, ref: { brand_id: brand.id } }
    }

    /** The mails of this run alone. */
    async function remind(): Promise<Mail[]> {
      const known = means.jobs.of('mail.send').length
      const sent = await remindLeftCarts(means)
      const mails = means.jobs.of('mail.send').slice(known) as unknown as Mail[]
      assert.equal(mails.length, sent)
      return mails
    }
    const keyOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

    it('one mail goes out after the hours of the brand, and never a second one', async () => {
      const { user } = await leftCart()
      later(3)
      assert.deepEqual(await remind(), [])
      later(1)
      const [mail, ...more] = await remind()
      assert.deepEqual(more, [])
      assert.equal(mail!.to.address, user.email)
      // 4.90 + 8 × 0.50 a month and 5.00 once.
      assert.deepEqual(
        [mail!.data.amount.minor, mail!.data.items.length, mail!.data.coupon],
        ['1390', 1, null],
      )
      later(24)
      assert.deepEqual(await remind(), [])
    })

    it('two that look at once send one mail', async () => {
      await leftCart()
      later(5)
      const sent = await Promise.all([remindLeftCarts(means), remindLeftCarts(means)])
      assert.equal(sent[0]! + sent[1]!, 1)
    })

    it('none goes out where it is off, for a visitor, an empty cart, or one left long ago', async () => {
      await leftCart(0)
      const visited = await leftCart()
      await means.db.run(sql`update carts set user_id = null where user_id = ${visited.user.id}`)
      const empty = await leftCart()
      await means.db.run(
        sql`delete from cart_items where cart_id in (select id from carts where user_id = ${empty.user.id})`,
      )
      later(5)
      assert.deepEqual(await remind(), [])
      const old = await leftCart(0)
      later(4 + 73)
      await old.set(leftCartHours, 4)
      assert.deepEqual(await remind(), [])
    })

    it('what is added counts as a change: the hours begin anew', async () => {
      const { buyer, ref, wish } = await leftCart()
      later(3)
      await addCartItem(means, { ...ref, ...wish }, buyer)
      later(2)
      assert.deepEqual(await remind(), [])
      later(2)
      assert.equal((await remind()).length, 1)
    })

    it('none goes out once the buyer ordered, this cart or anything else since', async () => {
      const whole = await leftCart()
      const { items: _items, ...fromCart } = whole.order()
      await placeOrder(whole.deps, fromCart, whole.buyer)
      const other = await leftCart()
      later(1)
      await placeOrder(other.deps, other.order(), other.buyer)
      later(5)
      assert.deepEqual(await remind(), [])
    })

    it('the link brings the cart to any browser with its coupon, and sign-in joins it to its buyer again', async () => {
      const { brand, buyer, user, ref, set } = await leftCart()
      await makeCoupon(means, brand.id, { code: 'BACK10' })
      await set(leftCartCoupon, 'back10')
      later(5)
      const [mail] = await remind()
      assert.equal(mail!.data.coupon, 'BACK10')
      const key = keyOf(mail!.data.url)
      const guest = guestActor(brand.id)
      const shown = await readLeftCart(means, { ...ref, key }, guest)
      assert.deepEqual([shown.cart.items.length, shown.coupon], [1, 'BACK10'])
      const { token } = await restoreCart(means, { ...ref, key }, guest)
      assert.ok(token)
      const cart = await readCart(means, { ...ref, token }, guest)
      assert.deepEqual([cart.items.length, cart.couponCodes], [1, ['BACK10']])
      assert.ok(cart.first.discountMinor > 0n)
      await joinCart(means, { ...ref, token }, buyer)
      const joined = await means.db.get<{ user_id: string }>(
        sql`select user_id from carts where id = ${cart.id}`,
      )
      assert.equal(joined!.user_id, user.id)
      assert.deepEqual(await restoreCart(means, { ...ref, key }, buyer), { token: null })
      later(10)
      assert.deepEqual(await remind(), [])
    })

    it('the link is over once the cart is ordered, expired, or of another shop', async () => {
      const { deps, order, buyer, ref } = await leftCart()
      later(5)
      const key = keyOf((await remind())[0]!.data.url)
      const elsewhere = await makeShop(means)
      await assert.rejects(restoreCart(means, { brand_id: elsewhere.brand.id, key }, buyer), isOver)
      await assert.rejects(restoreCart(means, { ...ref, key: 'guessed' }, buyer), isOver)
      const { items: _items, ...fromCart } = order()
      await placeOrder(deps, fromCart, buyer)
      await assert.rejects(restoreCart(means, { ...ref, key }, buyer), isOver)
      const expiring = await leftCart()
      later(5)
      const second = keyOf((await remind())[0]!.data.url)
      later(31 * 24)
      await assert.rejects(readLeftCart(means, { ...expiring.ref, key: second }, expiring.buyer), isOver)
    })

    it('a cart that another user took over is not opened by the old link', async () => {
      const { brand, ref } = await leftCart()
      later(5)
      const key = keyOf((await remind())[0]!.data.url)
      const { token } = await restoreCart(means, { ...ref, key }, guestActor(brand.id))
      await joinCart(means, { ...ref, token: token! }, clientActor('cli_other', { id: 'usr_other' }))
      await assert.rejects(restoreCart(means, { ...ref, key }, guestActor(brand.id)), isOver)
    })

    it('the other link stops the mails for this buyer and shop, and lets them come again', async () => {
      const { brand, buyer, deps, order, ref, user, wish } = await leftCart()
      later(5)
      const [mail] = await remind()
      const key = keyOf(mail!.data.stop_path)
      const guest = guestActor(brand.id)
      await setCartMails(means, { ...ref, key, on: false }, guest)
      await setCartMails(means, { ...ref, key, on: false }, guest)
      assert.deepEqual(await cartMailsBy(means.db, { brandId: brand.id, key }), {
        userId: user.id,
        on: false,
      })
      // The key of the cart's link opens no such page.
      const other = keyOf(mail!.data.url)
      await assert.rejects(setCartMails(means, { ...ref, key: other, on: false }, guest), isOver)
      const { items: _items, ...fromCart } = order()
      await placeOrder(deps, fromCart, buyer)
      later(1)
      await addCartItem(means, { ...ref, ...wish }, buyer)
      later(5)
      assert.deepEqual(await remind(), [])
      await setCartMails(means, { ...ref, key, on: true }, guest)
      assert.equal((await remind()).length, 1)
    })

    it('a visitor cart that is joined takes its mail along; an expired cart does not stand in the way', async () => {
      const { brand, buyer, ref, wish, user } = await leftCart()
      later(5)
      const key = keyOf((await remind())[0]!.data.url)
      const { token } = await restoreCart(means, { ...ref, key }, guestActor(brand.id))
      await addCartItem(means, { ...ref, ...wish }, buyer)
      const joined = await joinCart(means, { ...ref, token: token! }, buyer)
      assert.equal(joined.items.length, 2)
      later(10)
      assert.deepEqual(await remind(), [])
      later(31 * 24)
      const added = await addCartItem(means, { ...ref, ...wish }, buyer)
      assert.equal(added.cart.items.length, 1)
      const held = await means.db.all(sql`select id from carts where user_id = ${user.id}`)
      assert.equal(held.length, 1)
    })
  })
}
