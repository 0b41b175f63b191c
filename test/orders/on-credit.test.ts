import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { overrideSetting } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { orderConsumers, placeOrder } from '../../core/orders/index.ts'
import { serviceConsumers } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

for (const engine of engines)
  describe(`orders of who pays later (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const placed = async (limit: number | null) => {
      const { deps, order, buyer, client } = await makeShop(means)
      const terms = {
        key: 'billing.credit_limit',
        scope: 'client',
        scope_id: client.id,
        value: { EUR: String(limit) },
      }
      if (limit !== null) await overrideSetting(means, terms, staffActor())
      const { id, service_ids } = await placeOrder(deps, order(), buyer)
      const event = (await db.get<StoredEvent & { body: string }>(
        sql`select * from events where type = 'order.placed' and subject = ${id}`,
      ))!
      const heard = { ...event, body: JSON.parse(event.body) as StoredEvent['body'] }
      for (const consumer of [...orderConsumers(means), ...serviceConsumers(means)])
        for (let n = 0; n < 2; n++)
          if (consumer.types.includes('order.placed'))
            await db.transaction((trx) => consumer.handle(trx, heard))
      const states = await db.all<{ billing_status: string; delivery_status: string }>(
        sql`select billing_status, delivery_status from services where order_item_id in (select id from order_items where order_id = ${id})`,
      )
      const row = await db.get<{ status: string }>(sql`select status from orders where id = ${id}`)
      assert.equal(states.length, service_ids.length)
      return { order: row!.status, billing: [...new Set(states.map((one) => one.billing_status))] }
    }

    test('are accepted and their services in force before they are paid, once', async () => {
      assert.deepEqual(await placed(1_000), { order: 'accepted', billing: ['active'] })
    })

    test('wait for the payment without a limit', async () => {
      assert.deepEqual(await placed(null), { order: 'placed', billing: ['pending'] })
      assert.deepEqual(await placed(0), { order: 'placed', billing: ['pending'] })
    })
  })
