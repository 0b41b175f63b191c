import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { watchDatabase } from '../routes/whole-database.ts'
import { MINECRAFT, openShopFront, type ShopFront } from './shop-front.ts'

for (const engine of engines)
  describe(`a coupon at its limit (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    const entries = async () =>
      (
        await means.db.all<{ actor: string; after_state: string }>(
          sql`select actor, after_state from audit where action = 'act.refuse' order by id`,
        )
      ).map(({ actor, after_state }) => ({ actor, ...(JSON.parse(after_state) as object) }))

    test('is refused to a guest, changes nothing, and stands in the audit log once an hour', async () => {
      await means.db.run(sql`update coupons set uses_max = 1, uses = 1 where code = 'WELCOME20'`)
      const guest = shop.web.browser()
      await guest.get('/products/minecraft')
      await guest.post('/cart/items', MINECRAFT)
      await guest.get('/cart')
      const changed = await watchDatabase(means.db)
      for (let n = 0; n < 3; n++)
        assert.equal((await guest.post('/cart/coupon', { code: 'WELCOME20' })).status, 422)
      assert.deepEqual(await changed(), [])
      const entry = { verb: 'cart.set_coupon', code: 'coupon.refused', fields: ['uses_max'] }
      assert.deepEqual(await entries(), [{ actor: 'guest', ...entry }])
      means.clock.advance(3_601_000)
      assert.equal((await guest.post('/cart/coupon', { code: 'WELCOME20' })).status, 422)
      assert.equal((await entries()).length, 2)
    })
  })
