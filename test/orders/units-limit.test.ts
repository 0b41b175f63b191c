import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { writeSetting, type SettingScope } from '../../core/records/index.ts'
import { unitsPerClient } from '../../core/services/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

for (const engine of engines)
  describe(`a limit of units by client (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
    })
    after(() => database.remove())

    const limit = (scope: SettingScope, scopeId: string, value: number) =>
      means.db.transaction((trx) =>
        writeSetting(means, trx, { setting: unitsPerClient, scope, scopeId, value }, staffActor()),
      )
    const REFUSED = { code: 'service.units_limited' }
    const units = async (clientId: string) =>
      Number(
        (await means.db.get<{ n: bigint | number | null }>(
          sql`select sum(quantity) as n from services where client_id = ${clientId} and billing_status <> 'ended'`,
        ))!.n ?? 0,
      )

    it('counts what runs and what is ordered, by units, and not what has ended', async () => {
      const { game, client, buyer, wish, order, deps } = await makeShop(means)
      await limit('product', game.productId, 3)
      const buy = (quantity: number) => placeOrder(deps, order({ items: [{ ...wish, quantity }] }), buyer)
      await assert.rejects(buy(4), { ...REFUSED, message: /at most 3 of "[^"]+" for each client\.$/ })
      assert.equal(await units(client.id), 0, 'nothing of the order is left')
      await buy(2)
      await assert.rejects(buy(2), { ...REFUSED, message: /and 2 are there already/ })
      await assert.rejects(
        placeOrder(deps, order({ items: [wish, wish] }), buyer),
        REFUSED,
        'two lines of a cart count together',
      )
      await buy(1)
      assert.equal(await units(client.id), 3)
      await means.db.run(sql`update services set billing_status = 'ended' where client_id = ${client.id}`)
      await buy(3)
    })

    it('leaves other clients, other products and whoever may have more alone', async () => {
      const { brand, game, client, buyer, wish, order, deps } = await makeShop(means)
      await limit('product', game.productId, 1)
      const other = await makeClient(means, { brand_id: brand.id })
      await placeOrder(deps, order({}), buyer)
      const theirs = clientActor(other.id, { id: means.newId('usr') })
      await placeOrder(deps, order({ client_id: other.id }), theirs)
      await limit('client', client.id, 5)
      await placeOrder(deps, order({ items: [{ ...wish, quantity: 4 }] }), buyer)
      await assert.rejects(placeOrder(deps, order({}), buyer), REFUSED)
      await limit('client', client.id, 0)
      await placeOrder(deps, order({}), buyer)
      assert.equal(await units(client.id), 6)
    })

    it('is met by one of two orders that come at once', async () => {
      const { game, client, buyer, order, deps } = await makeShop(means)
      await limit('product', game.productId, 1)
      const both = await Promise.allSettled([1, 2].map(() => placeOrder(deps, order({}), buyer)))
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal(await units(client.id), 1)
    })
  })
