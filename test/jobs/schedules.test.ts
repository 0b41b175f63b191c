import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  clearTimer,
  listSchedules,
  nextTimer,
  pumpSchedules,
  pumpTimers,
  scheduleJobs,
  setTimer,
  type JobContext,
  type Schedule,
} from '../../core/jobs/index.ts'
import { instant, type Instant } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const at = (text: string) => instant(Date.parse(text))
const context: JobContext = {
  jobId: 'job_1',
  attempt: 1,
  lastAttempt: false,
  signal: new AbortController().signal,
}

for (const engine of engines) {
  describe(`timers and schedules on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-03-01T10:00:00.000Z' })
    beforeEach(async () => {
      means.business.set('2026-03-01T10:00:00.000Z')
      means.jobs.entered.length = 0
      await db.run(sql`delete from timers`)
      await db.run(sql`delete from schedules`)
    })
    const set = (key: string, dueAt: Instant, queue?: string) =>
      db.transaction((trx) =>
        setTimer(trx, {
          id: means.newId('tmr'),
          task: 'delivery.retry',
          key,
          dueAt,
          payload: { key },
          now: means.business.now(),
          ...(queue ? { queue } : {}),
        }),
      )

    test('turns a timer into a job when the business clock reaches it, not before, and once', async () => {
      await set('a', at('2026-03-01T10:05:00Z'), 'server:1')
      await set('b', at('2026-03-01T10:01:00Z'))
      assert.equal(await nextTimer(db), '2026-03-01T10:01:00.000Z')
      assert.equal(await pumpTimers(means), 0)
      means.business.set('2026-03-01T10:05:00.000Z')
      assert.deepEqual((await Promise.all([pumpTimers(means), pumpTimers(means)])).toSorted(), [0, 2])
      assert.deepEqual(means.jobs.entered, [
        { task: 'delivery.retry', payload: { key: 'b' } },
        { task: 'delivery.retry', payload: { key: 'a' }, queue: 'server:1' },
      ])
      assert.equal(await nextTimer(db), null)
    })

    test('moves a timer that is set again, and drops one that is cleared', async () => {
      await set('a', at('2026-03-01T10:01:00Z'))
      await set('a', at('2026-03-02T10:01:00Z'))
      await set('b', at('2026-03-01T10:01:00Z'))
      await db.transaction((trx) => clearTimer(trx, 'b'))
      means.business.set('2026-03-01T12:00:00.000Z')
      assert.equal(await pumpTimers(means), 0)
      means.business.set('2026-03-02T10:01:00.000Z')
      assert.equal(await pumpTimers(means), 1)
    })

    test('moves more timers than one batch holds', async () => {
      await db.insert(
        'timers',
        Array.from({ length: 1_001 }, (_, n) => ({
          id: means.newId('tmr'),
          task: 'many',
          timer_key: `many:${n}`,
          payload: '{}',
          due_at: '2026-03-01T09:00:00.000Z',
          created_at: '2026-03-01T09:00:00.000Z',
        })),
      )
      assert.equal(await pumpTimers(means), 1_001)
      assert.equal(means.jobs.entered.length, 1_001)
    })

    const nightly: Schedule = { name: 'night.work', cron: '0 3 * * *', run: async () => ({ done: 4 }) }

    test('starts a schedule at its hour, once, whoever asks, and once for all the time that was missed', async () => {
      assert.equal(await pumpSchedules(means, [nightly]), 0)
      assert.equal((await listSchedules(db))[0]!.due_at, '2026-03-02T03:00:00.000Z')
      means.business.set('2026-03-05T12:00:00.000Z')
      const both = await Promise.all([pumpSchedules(means, [nightly]), pumpSchedules(means, [nightly])])
      assert.deepEqual(both.toSorted(), [0, 1])
      assert.deepEqual(means.jobs.entered, [
        { task: 'schedules.run', payload: { name: 'night.work' }, key: 'schedule:night.work' },
      ])
      assert.equal((await listSchedules(db))[0]!.due_at, '2026-03-06T03:00:00.000Z')
      assert.equal(await pumpSchedules(means, [nightly]), 0)
    })

    test('writes down how a run went, and lets a failure go on to the retry', async () => {
      const broken: Schedule = {
        name: 'broken',
        cron: '0 * * * *',
        run: () => Promise.reject(new Error('no disk')),
      }
      await pumpSchedules(means, [nightly, broken])
      const handlers = scheduleJobs(means, [nightly, broken])
      await handlers['schedules.run']!({ name: 'night.work' } as never, context)
      await assert.rejects(handlers['schedules.run']!({ name: 'broken' } as never, context), /no disk/)
      const [first, second] = await listSchedules(db)
      assert.deepEqual(
        [first!.id, first!.last_outcome, first!.last_result],
        ['broken', 'failed', '{"error":"no disk"}'],
      )
      assert.deepEqual(
        [second!.id, second!.last_outcome, second!.last_result],
        ['night.work', 'done', '{"done":4}'],
      )
      await assert.rejects(handlers['schedules.run']!({ name: 'gone' } as never, context), {
        code: 'record.not_found',
      })
    })
  })
}
