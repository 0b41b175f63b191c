import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql, type Trx } from '../../core/db/index.ts'
import { recordEvent, recordEvents } from '../../core/events/index.ts'
import { systemActor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'

const actor = systemActor('test')

for (const engine of engines) {
  describe(`events of one transaction on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    after(remove)

    const record = (trx: Trx, n: number) =>
      recordEvents(
        means,
        trx,
        actor,
        Array.from({ length: n }, (_, i) => ({ type: 'note.made', subject: `note_${i}`, body: { i } })),
      )
    const entered = () => {
      const found = means.jobs.of('events.deliver') as unknown as { ids: readonly string[] }[]
      means.jobs.entered.length = 0
      return found.map(({ ids }) => ids)
    }

    test('are delivered by one job, in the order in which they were recorded', async () => {
      const ids = await db.transaction(async (trx) => [
        ...(await record(trx, 2)),
        ...(await recordEvent(means, trx, actor, { type: 'note.read', subject: 'note_1', body: {} })),
      ])
      assert.deepEqual(entered(), [ids])
      const rows = await db.all<{ id: string }>(sql`select id from events order by id`)
      assert.deepEqual(
        rows.map(({ id }) => id),
        ids,
      )
    })

    test('take a second job beyond a hundred, unless they were recorded together', async () => {
      const [first, second, third] = await db.transaction(async (trx) => [
        await record(trx, 60),
        await record(trx, 40),
        await record(trx, 150),
      ])
      assert.deepEqual(entered(), [[...first!, ...second!], third])
    })

    test('and those of another one are delivered apart, and of one that is refused nothing is', async () => {
      const refused = db.transaction(async (trx) => {
        await record(trx, 1)
        throw new Error('refused')
      })
      await assert.rejects(refused, /refused/)
      const one = await db.transaction((trx) => record(trx, 1))
      const other = await db.transaction((trx) => record(trx, 1))
      assert.deepEqual(entered(), [one, other])
    })
  })
}
