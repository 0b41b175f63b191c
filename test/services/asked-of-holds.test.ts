import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { releaseService, suspendService } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, seed, staff } from './fixture.ts'

for (const engine of engines)
  describe(`what plugins are asked of holds on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    const shop = openShop(db)

    test('they are asked about the holds that there are, and about no others', async () => {
      const service_id = await shop.sold()
      await suspendService(shop.means, { service_id, reason: 'abuse', note: 'spam' }, staff)
      const asked: unknown[] = []
      const hooks: typeof shop.means.hooks = {
        ...shop.means.hooks,
        listens: (name) => name === 'service.lift:check',
        check: ({ facts }) => {
          asked.push(facts)
          return Promise.resolve({ allowed: true })
        },
      }
      const means = { ...shop.means, hooks }
      await releaseService(means, { service_id }, staff)
      await assert.rejects(releaseService(means, { service_id, reason: 'staff' }, staff), {
        code: 'service.hold_missing',
      })
      assert.deepEqual(asked, [{ hold: 'abuse' }])
    })
  })
