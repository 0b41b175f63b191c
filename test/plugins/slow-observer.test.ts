import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredEvent } from '../../core/events/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { queueObservers } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const EVENTS = 100
const SLOW_MS = 400

for (const engine of engines)
  describe(`a plugin that hears of much and is slow (${engine})`, () => {
    test('leaves room for the mails of others, and hears the events of one subject in their order', async () => {
      const { db, remove } = await makeDatabase(engine)
      const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
      await jobs.install()
      const base = testMeans(db)
      const hooks = { ...base.hooks, observers: () => ['plg_slow'] }
      const means = { ...base, hooks, jobs }
      const event = (n: number, subject: string): StoredEvent =>
        ({
          id: `evt_${String(n).padStart(3, '0')}`,
          type: 'invoice.issued',
          subject,
          brand_id: null,
        }) as never
      await db.transaction(async (trx) => {
        for (let n = 0; n < EVENTS; n++) await queueObservers(means, trx, event(n, `inv_${n % 20}`))
      })
      const heard: string[] = []
      const mailed = Promise.withResolvers<number>()
      const runner = jobs.runner(
        {
          'plugins.observe': async (told: { event: string }) => {
            heard.push(told.event)
            await sleep(SLOW_MS)
          },
          'mail.send': async () => mailed.resolve(performance.now()),
        } as never,
        { log: silentLog },
      )
      await runner.start()
      while (heard.length < 2) await sleep(20)
      const entered = performance.now()
      await db.transaction((trx) => jobs.enqueue(trx, [{ task: 'mail.send', payload: {} }]))
      const waited = (await mailed.promise) - entered
      await sleep(3 * SLOW_MS)
      await runner.stop(2 * SLOW_MS)
      await remove()
      assert.ok(waited < 1_000, `the mail waited ${Math.round(waited)} ms`)
      const bySubject = Map.groupBy(heard, (id) => Number(id.slice(4)) % 20)
      for (const ids of bySubject.values()) assert.deepEqual(ids, ids.toSorted())
    })
  })
