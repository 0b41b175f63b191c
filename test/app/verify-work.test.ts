import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { verifyWork } from '../../core/app/wire/verify-work.ts'
import { sql } from '../../core/db/index.ts'
import { execute } from '../../core/db/schema.ts'
import { deliverEvents, recordEvents, type Consumer } from '../../core/events/index.ts'
import { createJobs, setTimer, type JobRequest } from '../../core/jobs/index.ts'
import { idMaker, instant, systemActor, systemClock } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const actor = systemActor('test')

for (const name of engines)
  describe(`work that waits (${name})`, async () => {
    const { db, remove } = await makeDatabase(name)
    const engine = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
    await engine.install()
    const means = { ...testMeans(db, { now: '2026-01-10T10:00:00.000Z' }), clock: systemClock }
    after(remove)
    const jobs = name === 'sqlite' ? 'jobs' : 'graphile_worker._private_jobs'
    afterEach(async () => {
      for (const table of [jobs, 'timers', 'messages', 'event_receipts', 'events'])
        await db.transaction((trx) => execute(trx, `delete from ${table}`))
    })

    const enter = (request: JobRequest) => db.transaction((trx) => engine.enqueue(trx, [request]))
    const found = async (role: 'work' | 'command' = 'work') =>
      (await verifyWork({ role, means, engine })).map(({ check, id }) => `${id}: ${check}`)
    const queue = (id: string) =>
      db.insert('messages', [
        {
          ...{ id, template: 'x', message_key: id, to_address: 'a@b.example', to_name: 'A', sender: 'x' },
          ...{
            subject: 'x',
            html: 'x',
            plain: 'x',
            attachments: '[]',
            status: 'queued',
            sends: 1,
            attempts: 0,
          },
          ...{ version: 1, created_at: means.business.now(), updated_at: means.business.now() },
        },
      ])

    test('a mail that is queued has its job, also one that is dead', async () => {
      await queue('msg_1')
      await queue('msg_2')
      await enter({ task: 'mail.deliver', payload: { id: 'msg_1' }, maxAttempts: 1 })
      assert.deepEqual(await found(), ['msg_2: what waits has its job'])
      const dead = name === 'sqlite' ? `dead_at = '2026-01-01T00:00:00.000Z'` : 'attempts = max_attempts'
      await db.transaction((trx) => execute(trx, `update ${jobs} set ${dead}`))
      assert.deepEqual(await found(), ['msg_2: what waits has its job'])
    })

    test('a timer stands for the job that it becomes', async () => {
      await queue('msg_1')
      const timer = { id: 'tmr_1', task: 'mail.deliver', key: 'x', payload: { id: 'msg_1' } }
      const now = means.business.now()
      await db.transaction((trx) => setTimer(trx, { ...timer, dueAt: instant(Date.parse(now) + 1_000), now }))
      assert.deepEqual(await found(), [])
    })

    test('a timer and a job whose time came an hour ago are taken by nobody, but while no core runs', async () => {
      const at = (hoursAgo: number) => instant(Date.parse(means.business.now()) - hoursAgo * 3_600_000)
      const set = (key: string, createdAt: ReturnType<typeof at>) =>
        db.transaction((trx) =>
          setTimer(trx, {
            ...{ id: `tmr_${key}`, task: 'note', key, payload: null },
            ...{ dueAt: at(2), now: createdAt },
          }),
        )
      await set('1', at(3))
      // Was over when it was set.
      await set('2', at(0))
      await enter({ task: 'note', payload: { n: 1 } })
      assert.deepEqual(await found(), ['tmr_1: timer becomes a job when its time has come'])
      const past = name === 'sqlite' ? `'2020-01-01T00:00:00.000Z'` : `now() - interval '2 hours'`
      await db.transaction((trx) => execute(trx, `update ${jobs} set run_at = ${past}`))
      const [job, ...others] = await found()
      assert.match(job!, /: job is taken when its time has come$/)
      assert.deepEqual(others, ['tmr_1: timer becomes a job when its time has come'])
      assert.deepEqual(await found('command'), [])
    })

    test('an event that a consumer of its kind has not heard is lost, unless a job carries it', async () => {
      const heard: Consumer = { name: 'ear', types: ['note.made'], handle: async () => {} }
      const record = (count: number) =>
        db.transaction((trx) =>
          recordEvents(
            means,
            trx,
            actor,
            Array.from({ length: count }, (_, i) => ({ type: 'note.made', subject: `n${i}`, body: {} })),
          ),
        )
      const [first, lost, carried, last] = (await record(4)) as [string, string, string, string]
      await deliverEvents(means, [heard], [first, last])
      await enter({ task: 'events.deliver', payload: { ids: [carried] } })
      assert.deepEqual(await found(), [`${lost}: event is heard by all that hear its kind`])
      await deliverEvents(means, [heard], [lost])
      assert.deepEqual(await found(), [])
      await db.run(sql`delete from event_receipts where event_id = ${last}`)
      assert.deepEqual(await found(), [], 'what is newer than all that was heard may still be on its way')
    })
  })
