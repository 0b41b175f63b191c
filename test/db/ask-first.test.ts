import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { AskFirst, sql, type Trx } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

for (const engine of engines) {
  describe(`questions before a transaction on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const realms = async () => (await db.all(sql`select id from realms`)).length
    const realm = (id: string) => ({ id, kind: 'clients', name: id, created_at: '2026-01-01T00:00:00.000Z' })
    const question = (key: string, answer: () => Promise<unknown>) => new AskFirst(new Map([[key, answer]]))

    test('the work is rolled back, asked about with nothing locked, and done once', async () => {
      const seen: string[] = []
      const result = await db.transaction(async (trx) => {
        await trx.insert('realms', [realm('rlm_1')])
        trx.afterCommit(() => seen.push('committed'))
        for (const key of ['a', 'b']) {
          if (!trx.answers.has(key))
            throw question(key, async () => {
              // Another writer gets through while we ask.
              await db.insert('realms', [realm(`rlm_${key}`)])
              return key.toUpperCase()
            })
        }
        return [...trx.answers.values()].join('')
      })
      assert.equal(result, 'AB')
      assert.deepEqual(seen, ['committed'])
      assert.equal(await realms(), 3)
    })

    test('an answer that fails ends the work with nothing written', async () => {
      const before = await realms()
      const ask = async (trx: Trx) => {
        await trx.insert('realms', [realm('rlm_lost')])
        throw question('c', () => Promise.reject(new Error('nobody there')))
      }
      await assert.rejects(db.transaction(ask), /nobody there/)
      assert.equal(await realms(), before)
    })

    test('questions without end are noticed', async () => {
      let round = 0
      const ask = () => Promise.reject(question(`round ${++round}`, () => Promise.resolve(true)))
      await assert.rejects(db.transaction(ask), { name: 'AskFirst' })
      assert.equal(round, 100)
    })
  })
}
