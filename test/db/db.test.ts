import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { list, migrate, sql, violatedUnique } from '../../core/db/index.ts'
import { migrations } from '../../migrations/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const day = '2026-01-01'
const at = '2026-01-01T00:00:00.000Z'
const big = 9_007_199_254_740_993n

for (const engine of engines) {
  describe(`database on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    const price = (id: string, amount: bigint) => ({
      id,
      owner_id: id,
      cycle: '1m',
      currency: 'EUR',
      amount_minor: amount,
      setup_minor: 0n,
      valid_from: day,
      retired_at: null,
      created_at: at,
    })

    test('keeps every digit of money beyond 2^53, and counts as numbers', async () => {
      await db.insert('prices', [price('prc_a', big), price('prc_b', 1n)])
      const row = await db.get(sql`select sum(amount_minor) as total_minor, count(*) as prices from prices`)
      assert.deepEqual({ ...row }, { total_minor: big + 1n, prices: 2 })
    })

    test('rolls everything back when the work fails, and runs no act after it', async () => {
      let ran = false
      const failing = db.transaction(async (trx) => {
        trx.afterCommit(() => (ran = true))
        await trx.insert('prices', [price('prc_c', 5n)])
        throw new Error('stop')
      })
      await assert.rejects(failing, /stop/)
      assert.equal(await db.get(sql`select id from prices where id = 'prc_c'`), undefined)
      assert.equal(ran, false)
    })

    test('names the constraint that refused a second row', async () => {
      const twice = db.run(sql`insert into prices select * from prices where id = 'prc_a'`)
      await assert.rejects(twice, (error) => violatedUnique(error) !== null)
    })

    test('lets one transaction after the other add to the same row', async () => {
      await db.insert('prices', [price('prc_d', 0n)])
      const bump = () =>
        db.transaction((trx) =>
          trx.run(sql`update prices set amount_minor = amount_minor + 1 where id = 'prc_d'`),
        )
      await Promise.all(Array.from({ length: 20 }, bump))
      assert.equal(
        (await db.get<{ amount_minor: bigint }>(sql`select amount_minor from prices where id = 'prc_d'`))
          ?.amount_minor,
        20n,
      )
    })

    test('takes lists, also an empty one', async () => {
      assert.equal(
        (await db.all(sql`select id from prices where id in (${list(['prc_a', 'prc_b'])})`)).length,
        2,
      )
      assert.equal((await db.all(sql`select id from prices where id in (${list([])})`)).length, 0)
    })

    test('runs each migration once, however often it is asked', async () => {
      assert.deepEqual(await migrate(db, migrations, at), [])
    })

    test('refuses to start after a breaking migration that it does not know', async () => {
      await db.run(sql`insert into migrations (name, breaking, ran_at) values ('9999_drop_all', 1, ${at})`)
      await assert.rejects(migrate(db, migrations, at), { code: 'database.newer_than_code' })
      await db.run(sql`delete from migrations where name = '9999_drop_all'`)
    })

    test('refuses a journal whose postings do not sum to zero, and any change to one that does', async () => {
      const posting = (journal_id: string, position: number, amount_minor: bigint) => ({
        journal_id,
        position,
        brand_id: 'b',
        client_id: null,
        account: 'cash',
        currency: 'EUR',
        amount_minor,
      })
      const journal = (id: string) => ({
        id,
        brand_id: 'b',
        kind: 'k',
        source_id: id,
        currency: 'EUR',
        effective_on: day,
        reverses_id: null,
        created_at: at,
      })
      const unbalanced = db.transaction(async (trx) => {
        await trx.insert('postings', [posting('jrn_1', 1, 5n), posting('jrn_1', 2, -4n)])
        await trx.insert('journals', [journal('jrn_1')])
      })
      await assert.rejects(unbalanced, /journals_balance/)
      await db.transaction(async (trx) => {
        await trx.insert('postings', [posting('jrn_2', 1, 5n), posting('jrn_2', 2, -5n)])
        await trx.insert('journals', [journal('jrn_2')])
      })
      await assert.rejects(db.insert('postings', [posting('jrn_2', 3, 0n)]), /postings_closed/)
      await assert.rejects(
        db.run(sql`update postings set amount_minor = 6 where journal_id = 'jrn_2'`),
        /postings_no_update/,
      )
      await assert.rejects(db.run(sql`delete from journals`), /journals_no_delete/)
    })
  })
}
