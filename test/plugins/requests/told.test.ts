import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import '../../../core/app.ts'
import type { StoredEvent } from '../../../core/events/index.ts'
import { queueObservers } from '../../../core/plugins/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { testMeans } from '../../support/means.ts'

for (const engine of engines) {
  describe(`who hears what became of a request on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    const heardBy = async (type: string) => {
      const means = testMeans(db)
      const hooks = { ...means.hooks, observers: () => ['plg_a', 'plg_b'] }
      const event = { id: 'evt_1', type, brand_id: null, subject: 'prq_1', body: { instance: 'plg_b' } }
      await db.transaction((trx) => queueObservers({ ...means, hooks }, trx, event as unknown as StoredEvent))
      return means.jobs.of('plugins.observe').map((job) => (job as { instance: string }).instance)
    }

    test('is the instance that made it, and no other plugin that listens', async () => {
      for (const type of ['plugin_request.asked', 'plugin_request.approved', 'plugin_request.refused'])
        assert.deepEqual(await heardBy(type), ['plg_b'], type)
      assert.deepEqual(await heardBy('order.placed'), ['plg_a', 'plg_b'])
    })
  })
}
