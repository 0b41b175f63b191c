import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JobContext } from '../../core/jobs/index.ts'
import { servicesJobs } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, seed, transient } from './fixture.ts'

const context = { jobId: 'job_a', attempt: 1, lastAttempt: false } as JobContext

for (const engine of engines) {
  describe(`jobs of services on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)

    test('a delivery waits in the line of its server, also after its timer', async () => {
      const shop = openShop(db)
      const handlers = servicesJobs(shop.means)
      shop.plugins.script('create', transient, { outcome: 'done', remote_id: 'r1' })
      const id = await shop.sold()
      const { id: deliveryId } = await shop.delivery(id)
      const job = {
        task: 'services.deliver',
        payload: { delivery_id: deliveryId },
        key: `deliver:${deliveryId}`,
        queue: 'server:srv_1',
      }
      const entered = () => shop.means.jobs.entered.filter(({ task }) => task === job.task)
      assert.deepEqual(entered(), [job])
      const payload = job.payload as never
      await handlers['services.deliver']!(payload, context)
      assert.equal((await shop.states(id)).attempts, 1)
      await handlers['services.wake_delivery']!(payload, context)
      assert.deepEqual(entered(), [job, job])
      await handlers['services.deliver']!(payload, context)
      assert.equal((await shop.states(id)).delivery_status, 'live')
      await handlers['services.wake_delivery']!(payload, context)
      assert.equal(entered().length, 2)
      await handlers['services.deliver']!(payload, context)
      assert.equal(shop.plugins.log(), 'create create')
    })
  })
}
