import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  createJobs,
  type JobHandlers,
  type JobRequest,
  type JobRunner,
  type RunnerOptions,
} from '../../core/jobs/index.ts'
import { idMaker, instant, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { cutConnections, makeBeatsLate, refuseResults, takeAndHang } from './break.ts'

for (const engine of engines) {
  describe(`jobs on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
    await jobs.install()
    const runners: JobRunner[] = []
    after(remove)
    afterEach(async () => {
      await Promise.all(runners.splice(0).map((runner) => runner.stop(2_000)))
    })

    const enter = (...requests: JobRequest[]) => db.transaction((trx) => jobs.enqueue(trx, requests))
    const start = async (handlers: JobHandlers, options: Partial<RunnerOptions> = {}) => {
      const runner = jobs.runner(handlers, { log: silentLog, ...options })
      runners.push(runner)
      await runner.start()
      return runner
    }

    test('runs a job once when its transaction commits, and never when it rolls back', async () => {
      const seen: unknown[] = []
      await enter({ task: 'note', payload: { kept: true } })
      const failing = db.transaction(async (trx) => {
        await jobs.enqueue(trx, [{ task: 'note', payload: { kept: false } }])
        throw new Error('stop')
      })
      await assert.rejects(failing, /stop/)
      await start({ note: async (payload) => void seen.push(payload) })
      await jobs.drained(10_000)
      assert.deepEqual(seen, [{ kept: true }])
    })

    test('starts a job within a second of its commit while the runner is idle', async () => {
      const began: number[] = []
      await start({ soon: async () => void began.push(performance.now()) })
      await sleep(300)
      const entered = performance.now()
      await enter({ task: 'soon', payload: null })
      await jobs.drained(5_000)
      assert.equal(began.length, 1)
      assert.ok(began[0]! - entered < 1_000, `picked up after ${began[0]! - entered} ms`)
    })

    test('keeps a second job with the same key out while the first waits or runs, and lets it in after', async () => {
      let runs = 0
      const twin = { task: 'keyed', payload: {}, key: 'only-one' }
      await enter(twin, twin)
      await enter(twin)
      const gate = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      await start({
        keyed: async () => {
          runs += 1
          begun.resolve()
          await gate.promise
        },
      })
      await begun.promise
      await enter(twin)
      gate.resolve()
      await jobs.drained(10_000)
      assert.equal(runs, 1)
      await enter(twin)
      await jobs.drained(10_000)
      assert.equal(runs, 2)
    })

    test('runs the jobs of a queue one after another in the order entered, beside other queues', async () => {
      const order: Record<string, number[]> = { a: [], b: [] }
      let running = 0
      const atOnce: number[] = []
      const inQueue = new Map<string, number>()
      const requests = Array.from({ length: 20 }, (_, n) => ({
        task: 'step',
        payload: { queue: n % 2 ? 'a' : 'b', n },
        queue: n % 2 ? 'a' : 'b',
      }))
      await enter(...requests)
      await start({
        step: async ({ queue, n }: { queue: string; n: number }) => {
          inQueue.set(queue, (inQueue.get(queue) ?? 0) + 1)
          atOnce.push(++running, inQueue.get(queue)! > 1 ? 99 : 0)
          order[queue]!.push(n)
          await sleep(5)
          running -= 1
          inQueue.set(queue, inQueue.get(queue)! - 1)
        },
      } as JobHandlers)
      await jobs.drained(30_000)
      assert.deepEqual(order.a, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
      assert.deepEqual(order.b, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
      assert.equal(Math.max(...atOnce), 2)
    })

    test('a queue whose first job hangs keeps one worker, however many wait behind it', async () => {
      const gate = Promise.withResolvers<void>()
      const seen: string[] = []
      const free = Promise.withResolvers<void>()
      const job = (name: string, queue?: string) => ({
        ...{ task: 'one', payload: { name } },
        ...(queue === undefined ? {} : { queue }),
      })
      await enter(...Array.from({ length: 250 }, (_, n) => job(`slow ${n}`, 'slow')))
      await enter(job('quick', 'other'), job('without'))
      await start(
        {
          one: async ({ name }: { name: string }) => {
            seen.push(name)
            if (name === 'slow 0') await gate.promise
            if (seen.length === 3) free.resolve()
          },
        } as JobHandlers,
        { concurrency: 2 },
      )
      await free.promise
      assert.deepEqual(seen.toSorted(), ['quick', 'slow 0', 'without'])
      gate.resolve()
      await jobs.drained(60_000)
      assert.equal(seen.length, 252)
    })

    test('runs a lower priority number first', async () => {
      const seen: number[] = []
      await enter(...[5, 1, 3].map((priority) => ({ task: 'ranked', payload: { priority }, priority })))
      await start(
        { ranked: async ({ priority }: { priority: number }) => void seen.push(priority) } as JobHandlers,
        {
          concurrency: 1,
        },
      )
      await jobs.drained(10_000)
      assert.deepEqual(seen, [1, 3, 5])
    })

    test('tries again after a pause that grows, and tells the handler which attempt it is', async () => {
      const at: number[] = []
      const attempts: unknown[] = []
      await enter({ task: 'shaky', payload: {}, maxAttempts: 3 })
      await start({
        shaky: async (_payload, { attempt, lastAttempt }) => {
          at.push(performance.now())
          attempts.push([attempt, lastAttempt])
          if (attempt < 2) throw new Error('not yet')
        },
      })
      await until(() => at.length === 2, 10_000)
      await jobs.drained(5_000)
      assert.deepEqual(attempts, [
        [1, false],
        [2, false],
      ])
      const pause = at[1]! - at[0]!
      assert.ok(pause > 1_000 && pause < 6_000, `pause of ${pause} ms`)
    })

    test('lists a job that failed for good, runs it again when staff say so, and forgets it in time', async () => {
      let broken = true
      const seen: unknown[] = []
      const bad = { task: 'doomed', payload: { n: 7 }, maxAttempts: 1, key: 'doomed', queue: 'doom' }
      await enter(bad)
      const doomed = async (payload: unknown) => {
        if (broken) throw new Error('the disk is on fire')
        seen.push(payload)
      }
      await start({ doomed })
      await jobs.drained(10_000)
      const [dead] = await jobs.listDeadJobs(10)
      assert.deepEqual(
        { ...dead, id: '', died_at: '', entered_at: '' },
        {
          id: '',
          task: 'doomed',
          queue: 'doom',
          attempts: 1,
          error: 'the disk is on fire',
          died_at: '',
          entered_at: '',
        },
      )
      assert.match(dead!.died_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      await enter(bad)
      await jobs.drained(10_000)
      assert.equal((await jobs.listDeadJobs(10)).length, 2)
      broken = false
      await jobs.retryJob(dead!.id)
      await jobs.drained(10_000)
      assert.deepEqual(seen, [{ n: 7 }])
      await assert.rejects(jobs.retryJob(dead!.id), { code: 'record.not_found' })
      assert.equal(await jobs.forgetDeadJobs(instant(systemClock.ms() - 60_000)), 0)
      assert.equal(await jobs.forgetDeadJobs(instant(systemClock.ms() + 60_000)), 1)
      assert.deepEqual(await jobs.listDeadJobs(10), [])
    })

    test('takes over the job of a node that fell silent, and refuses what the lost attempt still writes', async () => {
      const silentMs = 600
      const attempts: number[] = []
      const stuck = Promise.withResolvers<void>()
      const lost = Promise.withResolvers<{ jobId: string; attempt: number }>()
      await enter({ task: 'heavy', payload: {}, queue: 'server:1' })
      // A node that hangs: it took the job, and beats no more.
      await takeAndHang(engine, db)
      await start(
        {
          heavy: async (_payload, context) => {
            attempts.push(context.attempt)
            lost.resolve({ jobId: context.jobId, attempt: context.attempt - 1 })
            await stuck.promise
          },
        },
        { silentMs },
      )
      const stale = await lost.promise
      await assert.rejects(
        db.transaction((trx) => jobs.assertHeld(trx, stale)),
        { code: 'job.taken_over' },
      )
      await db.transaction((trx) => jobs.assertHeld(trx, { jobId: stale.jobId, attempt: stale.attempt + 1 }))
      stuck.resolve()
      await jobs.drained(10_000)
      assert.deepEqual(attempts, [2])
    })

    test('does not take itself for dead, however late its own sign of life is', async () => {
      let runs = 0
      await enter({ task: 'long', payload: {} })
      const punctual = await makeBeatsLate(engine, db)
      await start({ long: async () => void ((runs += 1), await sleep(2_500)) }, { silentMs: 300 })
      await jobs.drained(10_000)
      await punctual()
      assert.equal(runs, 1)
    })

    test('lets the work in hand end when it is stopped, and takes no more', async () => {
      const ended: number[] = []
      const begun = Promise.withResolvers<void>()
      await enter(...[1, 2, 3].map((n) => ({ task: 'slow', payload: { n } })))
      const slow = {
        slow: async ({ n }: { n: number }) => {
          begun.resolve()
          await sleep(200)
          ended.push(n)
        },
      } as JobHandlers
      const runner = await start(slow, { concurrency: 1 })
      await begun.promise
      await runner.stop(2_000)
      assert.equal(ended.length, 1)
      await assert.rejects(jobs.drained(100), {
        code: 'job.left',
        params: { count: 2, tasks: 'slow', seconds: 0.1 },
      })
      await start(slow)
      await jobs.drained(10_000)
      assert.deepEqual(ended.toSorted(), [1, 2, 3])
    })

    test('cuts off a job that ignores the stop, within seconds, and keeps it for the next node', async () => {
      const begun = Promise.withResolvers<void>()
      const ended: number[] = []
      await enter({ task: 'deaf', payload: {} })
      const first = await start({
        deaf: async (_payload, { signal }) => {
          begun.resolve()
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => setTimeout(() => reject(new Error('late')), 3_000)),
          )
        },
      })
      await begun.promise
      const stopping = performance.now()
      await first.stop(100)
      assert.ok(performance.now() - stopping < 2_500)
      await start({ deaf: async (_payload, { attempt }) => void ended.push(attempt) })
      await until(() => ended.length === 1, 10_000)
      assert.deepEqual(ended, [2])
    })

    test('goes on when its connections were cut, and is not held up by a long transaction', async () => {
      const seen: number[] = []
      await start({ steady: async ({ n }: { n: number }) => void seen.push(n) } as JobHandlers)
      await enter({ task: 'steady', payload: { n: 1 } })
      await until(() => seen.length === 1, 5_000)
      if (engine === 'postgres') {
        await cutConnections(db)
        const open = Promise.withResolvers<void>()
        const long = db.transaction(async (trx) => {
          await jobs.enqueue(trx, [{ task: 'steady', payload: { n: 3 } }])
          await open.promise
        })
        await enter({ task: 'steady', payload: { n: 2 } })
        await until(() => seen.includes(2), 10_000).finally(open.resolve)
        await long
      } else {
        await enter({ task: 'steady', payload: { n: 2 } }, { task: 'steady', payload: { n: 3 } })
      }
      await jobs.drained(10_000)
      // The cut may have taken the end of the first job with it, which is then done again.
      assert.deepEqual([1, ...seen.filter((n) => n !== 1)], [1, 2, 3])
      assert.ok(seen.length <= 4, `done: ${seen.join(', ')}`)
    })

    if (engine === 'postgres') {
      test('works on after a result could not be written, and does that job again', async () => {
        const seen: number[] = []
        const accept = await refuseResults(db)
        await start({ stubborn: async ({ n }: { n: number }) => void seen.push(n) } as JobHandlers)
        await enter({ task: 'stubborn', payload: { n: 1 } })
        await until(() => seen.length === 1, 5_000)
        await sleep(200)
        await accept()
        await enter({ task: 'stubborn', payload: { n: 2 } })
        await jobs.drained(20_000)
        assert.deepEqual(seen, [1, 1, 2])
      })
    }

    test('leaves a task that it does not know to a node that does', async () => {
      const seen: string[] = []
      await enter({ task: 'from-newer-version', payload: {} })
      await start({ known: async () => void seen.push('known') })
      await enter({ task: 'known', payload: {} })
      await until(() => seen.length === 1, 5_000)
      await start({ 'from-newer-version': async () => void seen.push('newer') })
      await jobs.drained(10_000)
      assert.deepEqual(seen, ['known', 'newer'])
    })
  })
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    assert.ok(performance.now() < end, `not so after ${ms} ms`)
    await sleep(10)
  }
}
