import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  CAUSES_MAX,
  causedBy,
  causesOf,
  deliverEvents,
  recordEvent,
  type Consumer,
  type StoredEvent,
} from '../../core/events/index.ts'
import { systemActor, type Actor } from '../../core/kernel/index.ts'
import { observeEvent, queueObservers } from '../../core/plugins/index.ts'
import { seed } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const listener = await loadWritten('listener', {
  code: `export default { observe: ({ log }) => ({
    'client.suspended': async ({ causes, own }) => log.info(JSON.stringify([causes.map(({ type }) => type), own])),
  }) }`,
  manifest: { kinds: {}, hooks: ['client.suspended'] },
})

for (const engine of engines)
  describe(`what led to an event (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    await seed(db)
    const { hooks, bench, plugins, close } = await openHookHouse(db, [listener])
    after(async () => {
      close()
      await remove()
    })
    const warned: object[] = []
    const base = testMeans(db)
    const log = { ...base.log, warn: (facts: object) => void warned.push(facts) }
    const means = { ...base, hooks, plugins, log: log as typeof base.log }
    beforeEach(() => {
      means.jobs.entered.length = 0
      bench.lines.length = 0
    })

    const record = (type: string, more: { cause?: string; actor?: Actor } = {}): Promise<string> =>
      db.transaction(async (trx) => {
        const { cause, actor = systemActor('test') } = more
        const event = { type, subject: 'cli_a', body: {}, ...(cause ? { cause } : {}) }
        return (await recordEvent(means, trx, actor, event))[0]!
      })
    /** Answers one event with the next, as consumers of core do. */
    const answering = (from: string, to: string): Consumer => ({
      ...{ name: `answers ${from}`, types: [from] },
      handle: async (trx) => {
        await recordEvent(means, trx, systemActor('test'), { type: to, subject: 'cli_a', body: {} })
      },
    })
    const observers: Consumer = {
      ...{ name: 'plugin_hooks', types: [], listens: (type) => hooks.observers(type, null).length > 0 },
      handle: (trx, event) => queueObservers(means, trx, event),
    }
    const newest = async (type: string) =>
      (await db.get<StoredEvent>(sql`select * from events where type = ${type} order by id desc limit 1`))!
    const told = async (id: string) => {
      await deliverEvents(means, [observers], [id])
      for (const job of means.jobs.of('plugins.observe')) await observeEvent(means, job as never)
      return bench.lines.map(({ text }) => JSON.parse(text) as unknown)
    }

    test('is what its consumer heard, and so on to the first; who acted by a request began', async () => {
      const first = await record('order.placed', { actor: { ...systemActor('test'), requestId: 'req_1' } })
      await deliverEvents(means, [answering('order.placed', 'invoice.paid')], [first])
      await deliverEvents(
        means,
        [answering('invoice.paid', 'client.suspended')],
        [(await newest('invoice.paid')).id],
      )
      const last = await newest('client.suspended')
      const causes = await causesOf(db, last.cause)
      assert.deepEqual(
        causes.map(({ type, actor }) => [type, actor]),
        [
          ['invoice.paid', 'system:test'],
          ['order.placed', 'system:test'],
        ],
      )
      assert.deepEqual(await causesOf(db, (await newest('order.placed')).cause), [])
      assert.deepEqual(await told(last.id), [[['invoice.paid', 'order.placed'], false]])
    })

    test('is an echo where the instance itself reported one of them, and no other', async () => {
      const mine = { ...systemActor('webhook'), id: 'plg_listener' }
      const reported = await record('invoice.paid', { actor: mine })
      assert.deepEqual(await told(await record('client.suspended', { cause: reported })), [
        [['invoice.paid'], true],
      ])
      bench.lines.length = 0
      means.jobs.entered.length = 0
      const others = await record('invoice.paid', { actor: { ...mine, id: 'plg_other' } })
      assert.deepEqual(await told(await record('client.suspended', { cause: others })), [
        [['invoice.paid'], false],
      ])
    })

    test('is passed on by who acts through the API, and by a transaction that says so', async () => {
      const began = await record('invoice.paid')
      const program = { ...systemActor('test'), id: 'key_1', requestId: 'req_2', cause: began }
      assert.deepEqual(await told(await record('client.suspended', { actor: program })), [
        [['invoice.paid'], false],
      ])
      await db.transaction(async (trx) => {
        causedBy(trx, began)
        await recordEvent(means, trx, program, { type: 'delivery.done', subject: 'dlv', body: {} })
      })
      assert.equal((await newest('delivery.done')).cause, began)
    })

    test(`ends after ${CAUSES_MAX}: hooks that answer each other are told no more, and the log says so`, async () => {
      let cause = await record('client.suspended')
      for (let n = 1; n < CAUSES_MAX; n++) cause = await record('client.suspended', { cause })
      const [line] = (await told(cause)) as [[string[], boolean]]
      assert.equal(line[0].length, CAUSES_MAX - 1)
      bench.lines.length = 0
      means.jobs.entered.length = 0
      const tooDeep = await record('client.suspended', { cause })
      assert.deepEqual(await told(tooDeep), [])
      assert.deepEqual(warned, [
        {
          ...{ code: 'hook.too_deep', event: tooDeep, type: 'client.suspended', subject: 'cli_a' },
          instances: ['plg_listener'],
        },
      ])
    })
  })
