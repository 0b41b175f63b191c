import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import '../../../core/app.ts'
import { pluginWrites } from '../../../core/app/wire/plugin-writes.ts'
import { sql } from '../../../core/db/index.ts'
import {
  CAUSES_MAX,
  causesOf,
  deliverEvents,
  recordEvent,
  type Consumer,
} from '../../../core/events/index.ts'
import { systemActor } from '../../../core/kernel/index.ts'
import { databaseWrites, observeEvent, queueObservers } from '../../../core/plugins/index.ts'
import { seed } from '../../services/fixture.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { testMeans } from '../../support/means.ts'
import { openHookHouse } from '../support/hook-house.ts'
import { loadWritten } from '../support/setup.ts'

/** Charges a cent for whatever another one charged, and heeds neither `causes` nor `own`. */
const echoing = (id: string) =>
  loadWritten(id, {
    code: `export default { observe: ({ records }) => ({
      'billable_item.created': async ({ id, actor, client_id }) => {
        if (actor === 'plg_${id}') return
        const body = { description: 'Echo', amount: { minor: '1', currency: 'EUR' } }
        await records.request('client.write:billable_item', client_id, { reference: id, body })
      },
    }) }`,
    manifest: {
      kinds: {},
      hooks: ['billable_item.created'],
      permissions: {
        data: ['client.write:billable_item:all'],
        auto_approval: [
          { scope: 'client.write:billable_item', currency: 'EUR', item_minor: '1', day_minor: '1000' },
        ],
      },
    },
  })
const echoes = [await echoing('ping'), await echoing('pong')]

for (const engine of engines)
  describe(`what plugins write because of an event (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    await seed(db)
    const base = testMeans(db)
    const bench = { writes: databaseWrites(base, pluginWrites) }
    const { hooks, plugins, close } = await openHookHouse(db, echoes, {}, { bench })
    after(async () => {
      close()
      await remove()
    })
    const warned: { code?: string }[] = []
    const log = { ...base.log, warn: (facts: object) => void warned.push(facts) } as typeof base.log
    const means = { ...base, hooks, plugins, log }
    const observers: Consumer = {
      ...{ name: 'plugin_hooks', types: [], listens: (type) => hooks.observers(type, null).length > 0 },
      handle: (trx, event) => queueObservers(means, trx, event),
    }
    const charged = () =>
      db.all<{ id: string; cause: string | null }>(
        sql`select id, cause from events where type = 'billable_item.created' order by id`,
      )

    test('is led to by that event, so that two that answer each other come to an end', async () => {
      await db.transaction((trx) =>
        recordEvent(means, trx, systemActor('test'), {
          ...{ type: 'billable_item.created', subject: 'bli_first', brandId: 'brd_a', clientId: 'cli_a' },
          body: { id: 'bli_first' },
        }),
      )
      const told = new Set<string>()
      for (let round = 0; round < 2 * CAUSES_MAX; round++) {
        const fresh = (await charged()).filter(({ id }) => !told.has(id))
        means.jobs.entered.length = 0
        for (const { id } of fresh) {
          await deliverEvents(means, [observers], [id])
          told.add(id)
        }
        for (const job of means.jobs.of('plugins.observe')) await observeEvent(means, job as never)
      }
      const all = await charged()
      assert.equal(all.length, 1 + 2 * CAUSES_MAX, 'both answer the first, and each answer has one')
      assert.equal((await causesOf(db, all.at(-1)!.cause)).length, CAUSES_MAX)
      assert.deepEqual(
        warned.map(({ code }) => code),
        ['hook.too_deep', 'hook.too_deep'],
      )
    })
  })
