import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  adoptDelivery,
  deliverService,
  markDelivered,
  revealAccess,
  undoDelivery,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, owner, permanent, seed, staff, transient, type Shop } from './fixture.ts'

const made = { outcome: 'done', remote_id: 'r1' }

for (const engine of engines) {
  describe(`acts of staff on deliveries, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from timers`)
      await db.run(sql`delete from events`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
    })
    const sold = () => shop.sold()
    const states = (id: string) => shop.states(id)

    test('adopts what staff found at the provider, and nothing that is not there', async () => {
      shop.plugins.script('create', permanent)
      shop.plugins.script('describe', { state: 'absent' }, { state: 'live', remote_id: 'r7' })
      const id = await sold()
      await shop.work()
      const input = { delivery_id: (await shop.delivery(id)).id, remote_id: 'r7' }
      await assert.rejects(adoptDelivery(shop.means, input, staff), { code: 'delivery.not_at_provider' })
      await adoptDelivery(shop.means, input, staff)
      assert.equal((await states(id)).delivery_status, 'live')
      assert.equal((await states(id)).remote_id, 'r7')
      assert.equal(shop.plugins.calls.at(-1)!.input.service.remote_id, 'r7')
      await assert.rejects(adoptDelivery(shop.means, input, owner()), { code: 'actor.forbidden' })
    })

    test('undo takes back what was made and frees the place', async () => {
      shop.plugins.script('create', { outcome: 'pending', remote_id: 'r1' })
      shop.plugins.script('describe', { state: 'failed' })
      shop.plugins.script('terminate', transient, { outcome: 'done' })
      const id = await sold()
      await shop.work(1)
      assert.equal((await states(id)).status, 'failed')
      await undoDelivery(shop.means, { delivery_id: (await shop.delivery(id)).id }, staff)
      await shop.work(1)
      assert.deepEqual(await states(id), {
        delivery_status: 'none',
        server_id: null,
        remote_id: null,
        status: 'abandoned',
        step: 'undo',
        failure: 'agent_unreachable',
        attempts: 1,
      })
      assert.equal(shop.plugins.log(), 'create describe terminate terminate')
      shop.plugins.script('create', made)
      await deliverService(shop.means, { service_id: id }, staff)
      await shop.work()
      assert.equal((await states(id)).delivery_status, 'live')
    })

    test('a product without a plugin waits for a person', async () => {
      const id = await shop.sold({ instanceId: null, serverGroupId: null })
      await shop.work()
      assert.equal((await states(id)).step, 'by_hand')
      const input = {
        delivery_id: (await shop.delivery(id)).id,
        access: [{ label: 'Key', value: 'k', kind: 'secret' }],
      }
      await markDelivered(shop.means, input, staff)
      assert.equal((await states(id)).delivery_status, 'live')
      assert.equal((await revealAccess(shop.means, { service_id: id, position: 0 }, owner())).value, 'k')
      assert.deepEqual(shop.plugins.calls, [])
    })
  })
}
