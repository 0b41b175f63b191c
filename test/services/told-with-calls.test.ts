import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { pauseService, releaseService, suspendService } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, owner, seed, staff, transient, type Shop } from './fixture.ts'

const made = { outcome: 'done', remote_id: 'r1' }

for (const engine of engines)
  describe(`what a provisioner is told with each call on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
    })

    test('each call carries a key of its act: the same at each try, another for the next act', async () => {
      const keys = () =>
        shop.plugins.calls
          .filter(({ operation }) => operation !== 'describe')
          .map(({ operation, input }) => [operation, (input as { idempotency_key?: string }).idempotency_key])
      shop.plugins.script('create', transient, made)
      const id = await shop.sold()
      await shop.work(2)
      const created = `${(await shop.delivery(id)).id}:create`
      assert.deepEqual(keys(), [
        ['create', created],
        ['create', created],
      ])
      shop.plugins.calls.length = 0
      for (let turn = 0; turn < 2; turn++) {
        await suspendService(shop.means, { service_id: id }, staff)
        await shop.work()
        await releaseService(shop.means, { service_id: id }, staff)
        await shop.work()
      }
      assert.equal(new Set(keys().map(([, key]) => key)).size, 4, 'no two acts share a key')
      assert.ok(keys().every(([, key]) => key !== undefined && key !== created))
    })

    test('a suspension says why, a release which hold went last', async () => {
      shop.plugins.script('create', made)
      const id = await shop.sold()
      await shop.work()
      shop.plugins.calls.length = 0
      const told = () => {
        const { input, operation } = shop.plugins.calls.at(-1)!
        const { reasons, note, reason } = input as { reasons?: string[]; note?: string; reason?: string }
        return { operation, reasons, note, reason }
      }
      const lift = (reason: string) => releaseService(shop.means, { service_id: id, reason }, staff)
      const wish = { service_id: id, reason: 'abuse', note: 'Sends spam' }
      await suspendService(shop.means, wish, staff)
      await shop.work()
      const why = { operation: 'suspend', reasons: ['abuse'], note: 'Sends spam', reason: undefined }
      assert.deepEqual(told(), why)
      await pauseService(shop.means, { service_id: id }, owner())
      await lift('abuse')
      await shop.work()
      assert.deepEqual(told(), why, 'it is still held, so nothing was asked')
      await lift('client')
      await shop.work()
      assert.deepEqual(told(), {
        ...{ operation: 'release', reasons: undefined, note: undefined, reason: 'client' },
      })
    })
  })
