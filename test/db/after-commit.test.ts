import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { openPostgres, openSqlite, sql, type Db } from '../../core/db/index.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'

const SQLITE = 'sqlite:'

const openAgain = (engine: Engine, url: string, afterCommitFailed: (error: unknown) => void): Db =>
  engine === 'sqlite'
    ? openSqlite({ file: url.slice(SQLITE.length), synchronous: 'off', afterCommitFailed })
    : openPostgres({ url, poolSize: 6, afterCommitFailed })

/** By these codes an engine says that the whole transaction is to be run again. */
const AGAIN = ['40001', '40P01', 'ECONNRESET', 'SQLITE_BUSY']
type Act = 'runs' | 'throws' | 'rejects' | 'begins' | (typeof AGAIN)[number]
const LEAVES_WELL: readonly Act[] = ['runs', 'begins']

for (const engine of engines)
  describe(`acts after a commit (${engine})`, async () => {
    const made = await makeDatabase(engine)
    const failures: unknown[] = []
    let logs = true
    const db = openAgain(engine, made.url, (error) => {
      failures.push(error)
      if (!logs) throw new Error('the log is full')
    })
    after(async () => {
      await db.close()
      await made.remove()
    })
    await db.run(sql`create table written (id integer not null)`)
    const ids = async () =>
      (await db.all<{ id: number }>(sql`select id from written order by id`)).map(({ id }) => id)

    test('never make a failure of what is committed, nor keep each other or a transaction of their own from running', async () => {
      const act = fc.constantFrom<Act>('runs', 'throws', 'rejects', 'begins', ...AGAIN)
      const script = fc.record({ acts: fc.array(act, { maxLength: 4 }), brief: fc.boolean() })
      const property = fc.asyncProperty(
        fc.array(script, { minLength: 1, maxLength: 12 }),
        async (scripts) => {
          await db.run(sql`delete from written`)
          failures.length = 0
          const ran: string[] = []
          const begun: Promise<unknown>[] = []
          const write = (id: number) =>
            db.transaction(async (trx) => {
              trx.afterCommit(() => {
                throw new Error('inside')
              })
              await trx.insert('written', [{ id }])
            })
          const results = await Promise.allSettled(
            scripts.map(({ acts, brief }, n) =>
              db.transaction(
                async (trx) => {
                  await trx.insert('written', [{ id: n }])
                  acts.forEach((what, i) =>
                    trx.afterCommit((): unknown => {
                      ran.push(`${n}.${i}`)
                      if (what === 'runs') return undefined
                      if (what === 'begins') return void begun.push(write(1_000 + n * 10 + i))
                      const error = Object.assign(new Error(what), AGAIN.includes(what) ? { code: what } : {})
                      if (what === 'rejects') return Promise.reject(error)
                      throw error
                    }),
                  )
                  return n
                },
                { brief },
              ),
            ),
          )
          const nested = await Promise.allSettled(begun)
          assert.deepEqual(
            results,
            scripts.map((_, n) => ({ status: 'fulfilled', value: n })),
          )
          assert.ok(nested.every(({ status }) => status === 'fulfilled'))
          const all = scripts.flatMap(({ acts }, n) => acts.map((what, i) => ({ n, i, what })))
          assert.deepEqual(ran.sort(), all.map(({ n, i }) => `${n}.${i}`).sort())
          const inner = all.filter(({ what }) => what === 'begins').map(({ n, i }) => 1_000 + n * 10 + i)
          const outer = scripts.map((_, n) => n)
          assert.deepEqual(
            await ids(),
            [...outer, ...inner].sort((a, b) => a - b),
          )
          const expected = [
            ...all.filter(({ what }) => !LEAVES_WELL.includes(what)).map(({ what }) => what),
            ...inner.map(() => 'inside'),
          ]
          assert.deepEqual(failures.map((error) => (error as Error).message).sort(), expected.sort())
        },
      )
      await fc.assert(property, { numRuns: 60 })
    })

    test('may fail where they cannot even be reported', async () => {
      await db.run(sql`delete from written`)
      logs = false
      const result = await db
        .transaction(async (trx) => {
          trx.afterCommit(() => {
            throw new Error('stop')
          })
          await trx.insert('written', [{ id: 7 }])
          return 'committed'
        })
        .finally(() => (logs = true))
      assert.equal(result, 'committed')
      assert.deepEqual(await ids(), [7])
    })
  })
