import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { causesOf, type StoredEvent } from '../../core/events/index.ts'
import { releaseService, serviceConsumers, suspendService } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, seed, staff } from './fixture.ts'

for (const engine of engines)
  describe(`what led to the work at the provider on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    const shop = openShop(db)
    const running = async () => {
      const id = await shop.sell()
      const type = 'invoice.paid'
      const event = { id: 'evt_1', type, subject: 'inv_first', body: { service_ids: [id] } }
      for (const consumer of serviceConsumers(shop.means))
        if (consumer.types.includes(type))
          await db.transaction((trx) => consumer.handle(trx, event as unknown as StoredEvent))
      await shop.work()
      return id
    }
    const causesOfType = async (type: string) => {
      const sent = await db.get<{ cause: string }>(sql`select cause from events where type = ${type}`)
      return (await causesOf(db, sent!.cause)).map((one) => one.type)
    }

    test('is the hold, and its lifting', async () => {
      const id = await running()
      await suspendService(shop.means, { service_id: id, reason: 'abuse' }, staff)
      await shop.work()
      await releaseService(shop.means, { service_id: id, reason: 'abuse' }, staff)
      await shop.work()
      assert.deepEqual(await causesOfType('service.suspended'), ['service.held'])
      assert.deepEqual(await causesOfType('service.released'), ['service.lifted'])
    })
  })
