import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { handleWebhook, receiveWebhook, replayWebhook, type Payments } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { createJobs, type JobRunner } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeGateway } from './support.ts'

const WORKERS = 3
const SLOW_EVENTS = 40

for (const engine of engines)
  describe(`events of several gateways (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
    await jobs.install()
    const runners: JobRunner[] = []
    after(async () => {
      await Promise.all(runners.map((runner) => runner.stop(2_000)))
      await remove()
    })
    const making = testMeans(db)
    const means = { ...making, jobs }
    const receive = (instanceId: string, eventKey: string) =>
      receiveWebhook(
        means,
        { instanceId, headers: {}, body: eventKey, address: '192.0.2.1' },
        { verdict: 'accepted', verified: true, eventKey },
      )

    test('one that does not answer keeps one worker, and its events come in their order', async () => {
      const [slow, quick] = [await makeGateway(making), await makeGateway(making)]
      for (let n = 0; n < SLOW_EVENTS; n++) await receive(slow.id, `slow_${n}`)
      await receive(quick.id, 'quick')
      const gate = Promise.withResolvers<void>()
      const [heardQuick, heardSlow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const heard: string[] = []
      let [open, most] = [0, 0]
      const call = async (instance: string, _kind: string, _operation: string, input: { body: string }) => {
        if (instance === quick.id) heardQuick.resolve()
        else {
          most = Math.max(most, ++open)
          heard.push(input.body)
          heardSlow.resolve()
          await gate.promise
          open--
        }
        return { facts: [] }
      }
      const payments = { ...means, plugins: { call } } as unknown as Payments
      const runner = jobs.runner(
        { 'billing.webhook': (job) => handleWebhook(payments, job as { id: string }) },
        { log: silentLog, concurrency: WORKERS },
      )
      runners.push(runner)
      await runner.start()
      await Promise.all([heardQuick.promise, heardSlow.promise])
      assert.deepEqual(heard, ['slow_0'])
      gate.resolve()
      await jobs.drained(60_000)
      assert.equal(most, 1)
      assert.deepEqual(
        heard,
        Array.from({ length: SLOW_EVENTS }, (_, n) => `slow_${n}`),
      )
      const row = await db.get<{ id: string }>(sql`select id from webhook_events where event_key = 'slow_7'`)
      await replayWebhook(means, { webhook_event_id: row!.id }, staffActor(['webhook.replay']))
      await jobs.drained(60_000)
      assert.deepEqual([heard.length, heard.at(-1), most], [SLOW_EVENTS + 1, 'slow_7', 1])
    })
  })
