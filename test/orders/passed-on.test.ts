import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { recordPayment } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { clearFraud, markFraud, placeOrder, rejectOrder } from '../../core/orders/index.ts'
import { makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()

for (const engine of engines)
  describe(`orders of which a service has passed on (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const deps = orderDeps(means)
    const gateway = await makeGateway(means)

    /** An order of two paid servers, the second of which is another client's now. */
    const passedOn = async () => {
      const shop = await makeShop(means, { stock: 5 })
      const order = await placeOrder(deps, shop.order({ items: [shop.wish, shop.wish] }), shop.buyer)
      const { invoice_id, total_minor: amount_minor } = order
      const money = { instance_id: gateway.id, reference: means.newId('req'), amount_minor }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, { invoice_id, ...money }, staff)
      const [kept = '', gone = ''] = order.service_ids
      const receiver = await makeClient(means, { brand_id: shop.brand.id })
      await db.run(sql`update services set billing_status = 'active' where client_id = ${shop.client.id}`)
      await db.run(sql`update services set client_id = ${receiver.id} where id = ${gone}`)
      return { id: order.id, kept, gone }
    }
    const holds = async (...ids: string[]) => {
      const found = []
      for (const id of ids)
        found.push((await db.all(sql`select reason from service_holds where service_id = ${id}`)).length)
      return found
    }
    const states = async (...ids: string[]) => {
      const found = []
      for (const id of ids)
        found.push(
          (await db.get<{ billing_status: string }>(
            sql`select billing_status from services where id = ${id}`,
          ))!.billing_status,
        )
      return found
    }

    test('the mark of fraud holds what is still its client’s', async () => {
      const { id, kept, gone } = await passedOn()
      await markFraud(deps, { order_id: id, reason: 'Stolen card' }, staff)
      assert.deepEqual(await holds(kept, gone), [1, 0])
      const event = await db.get<{ body: string }>(
        sql`select body from events where subject = ${id} and type = 'order.marked_fraud'`,
      )
      assert.deepEqual((JSON.parse(event!.body) as { service_ids: string[] }).service_ids, [kept])
      await clearFraud(deps, { order_id: id, reason: 'Called' }, staff)
      assert.deepEqual(await holds(kept, gone), [0, 0])
    })

    test('its end leaves what another client has, with its stock', async () => {
      const { id, kept, gone } = await passedOn()
      await rejectOrder(deps, { order_id: id, reason: 'Fraud', refund: true }, staff)
      assert.deepEqual(await states(kept, gone), ['ended', 'active'])
      const held = await db.all<{ service_id: string }>(
        sql`select service_id from order_items where order_id = ${id} and stock_held > 0`,
      )
      assert.deepEqual(held, [{ service_id: gone }])
    })
  })
