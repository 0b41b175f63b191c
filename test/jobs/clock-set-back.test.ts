import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, instant } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

for (const engine of engines) {
  describe(`jobs while the wall clock is set back, on ${engine}`, async () => {
    test('a runner keeps the lease of what it runs, so that no other runs it beside', async () => {
      const { db, remove } = await makeDatabase(engine)
      let backMs = 0
      const clock = { ms: () => Date.now() - backMs, now: () => instant(Date.now() - backMs) }
      const jobs = await createJobs({ db, clock, newId: idMaker(clock) })
      await jobs.install()
      let runs = 0
      const long = { long: async () => void ((runs += 1), await sleep(2_500)) }
      const options = { log: silentLog, silentMs: 600 }
      const [one, two] = [jobs.runner(long, options), jobs.runner(long, options)]
      await one.start()
      await sleep(300)
      backMs = 3_600_000
      await db.transaction((trx) => jobs.enqueue(trx, [{ task: 'long', payload: {} }]))
      while (runs === 0) await sleep(20)
      await two.start()
      await jobs.drained(10_000)
      await Promise.all([one.stop(1_000), two.stop(1_000)])
      await remove()
      assert.equal(runs, 1)
    })
  })
}
