import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertSound, fillFullShop, mixIn } from '../../bench/billing/full-shop.ts'
import { benchMeans, runBilling } from '../../bench/billing/shop.ts'
import { sql } from '../../core/db/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const SERVICES = 480

/** The bench says that everything is in play when it measures the run: here is what is in the books after it. */
for (const engine of engines) {
  describe(`the full shop of the bench on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('is billed whole, with right books, and everything in them that a shop sells by', async () => {
      await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
      const means = await benchMeans(db)
      await fillFullShop(means, SERVICES)
      assert.equal(await runBilling(means), SERVICES)
      await assertSound(db)
      assert.deepEqual(await mixIn(db), {
        ...{ taxed: 180, reverse_charge: 24, countries: 4, currencies: 3 },
        ...{ coupon_lines: 72, option_lines: 192, add_ons: 64, list_prices: 88, fixed_terms: 48 },
        ...{ credit_part: 12, credit_whole: 12 },
      })
      const left = sql`select count(*) as n from services where next_period_on <= '2026-01-20'`
      assert.equal((await db.get<{ n: number }>(left))!.n, 0)
    })
  })
}
