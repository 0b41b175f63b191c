import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runBillingNow } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`the billing run of now (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const audited = () => db.all(sql`select action from audit where action = 'billing.run'`)

    test('bills all brands, so it is not started by staff of some of them', async () => {
      const brand = await makeBrand(means)
      await makeBrand(means)
      const few = { ...staffActor(), brandIds: [brand.id] }
      await assert.rejects(runBillingNow(means, {}, few), { code: 'billing.run_of_all_brands', status: 409 })
      assert.deepEqual(await audited(), [])
      await runBillingNow(means, {}, staffActor())
      await runBillingNow(means, {}, systemActor('test'))
      assert.equal((await audited()).length, 2)
    })
  })
