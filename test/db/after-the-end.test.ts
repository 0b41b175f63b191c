import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Trx } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const BRIEF = { brief: true }

for (const engine of engines)
  describe(`a transaction that is over (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await db.run(sql`create table marks (id integer not null primary key)`)
    const mark = (trx: Trx, id: number) => trx.insert('marks', [{ id }])
    const marks = async () =>
      (await db.all<{ id: number }>(sql`select id from marks order by id`)).map(({ id }) => id)
    const ways = (trx: Trx, id: number): Record<string, () => Promise<unknown>> => ({
      insert: () => mark(trx, id),
      run: () => trx.run(sql`insert into marks (id) values (${id})`),
      all: () => trx.all(sql`select id from marks`),
      get: () => trx.get(sql`select id from marks`),
    })

    test('takes nothing more, however it ended and whoever works meanwhile', async () => {
      for (const how of [BRIEF, {}])
        for (const refused of [true, false]) {
          await db.run(sql`delete from marks`)
          let kept: Trx | undefined
          const first = db.transaction(async (trx) => {
            kept = trx
            await mark(trx, 1)
            if (refused) throw new Error('refused')
          }, how)
          // On SQLite both share a commit, before which neither is answered.
          if (engine === 'postgres') await Promise.allSettled([first])
          const second = db.transaction(async (trx) => {
            await mark(trx, 2)
            // A part of the first that nobody waited for wakes up here.
            for (const act of Object.values(ways(kept!, 3)))
              await assert.rejects(act(), { code: 'database.over' })
            assert.throws(() => kept!.afterCommit(() => undefined), { code: 'database.over' })
            assert.throws(() => kept!.beforeCommit(() => Promise.resolve()), { code: 'database.over' })
          }, how)
          await Promise.allSettled([first])
          await second
          for (const act of Object.values(ways(kept!, 4)))
            await assert.rejects(act(), { code: 'database.over' })
          assert.deepEqual(await marks(), refused ? [2] : [1, 2])
        }
    })

    test('leaves nothing of parts that went on side by side after one of them was refused', async () => {
      await db.run(sql`delete from marks`)
      const late: Promise<unknown>[] = []
      const first = db.transaction(async (trx) => {
        const slow = (async () => {
          await sleep(20)
          await mark(trx, 5)
        })()
        late.push(slow.catch((error: unknown) => error))
        await Promise.all([slow, Promise.reject(new Error('refused'))])
      }, BRIEF)
      const second = db.transaction(async (trx) => {
        await sleep(60)
        await mark(trx, 6)
      }, BRIEF)
      await assert.rejects(first, /refused/)
      await second
      assert.equal(((await late[0]) as { code?: string }).code, 'database.over')
      assert.deepEqual(await marks(), [6])
    })
  })
