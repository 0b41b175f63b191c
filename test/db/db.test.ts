import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  join,
  list,
  migrate,
  name,
  openPostgres,
  openSqlite,
  sql,
  violatedUnique,
} from '../../core/db/index.ts'
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

    test('reads numbers beside money as numbers, whether a column or an expression holds them', async () => {
      const rows = await db.all(sql`
        select amount_minor, id, length(id) as letters, cast(null as integer) as none from prices where id in ('prc_a', 'prc_b')
        union all select setup_minor, cycle, 3, length(cycle) from prices where id = 'prc_a' order by 1, 2`)
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [
          { amount_minor: 0n, id: '1m', letters: 3, none: 2 },
          { amount_minor: 1n, id: 'prc_b', letters: 5, none: null },
          { amount_minor: big, id: 'prc_a', letters: 5, none: null },
        ],
      )
    })

    test('writes every row with its own values, whatever the rows have in common', async () => {
      const written = fc.record({
        amount_minor: fc.constantFrom(1n, -2n, big),
        cycle: fc.constantFrom('1m', "1'y"),
        retired_at: fc.constantFrom(null, at),
      })
      let batch = 0
      const property = fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 70 }), async (cases) => {
        batch++
        const rows = cases.map((one, i) => ({ ...price(`prc_${batch}_${i}`, 0n), ...one }))
        await db.insert('prices', rows)
        const read = await db.all<{ id: string }>(sql`
          select ${join(Object.keys(rows[0]!).map(name), ', ')} from prices where id like ${`prc_${batch}_%`}`)
        const found = new Map(read.map((row) => [row.id, { ...row }]))
        assert.deepEqual([...rows.map(({ id }) => found.get(id))], rows)
        assert.equal(read.length, rows.length)
      })
      await fc.assert(property, { numRuns: 60 })
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

    test('ends the work with what was left for its end, which may refuse all of it', async () => {
      const steps: string[] = []
      const work = (end: () => Promise<void>) =>
        db.transaction(async (trx) => {
          trx.afterCommit(() => steps.push('after'))
          trx.beforeCommit(async () => {
            steps.push('first')
            await trx.insert('prices', [price('prc_f', 7n)])
          })
          trx.beforeCommit(end)
          await trx.insert('prices', [price('prc_g', 7n)])
          steps.push('work')
        })
      await assert.rejects(
        work(() => Promise.reject(new Error('stop'))),
        /stop/,
      )
      const written = sql`select id from prices where amount_minor = 7 order by id`
      assert.deepEqual(await db.all(written), [])
      await work(async () => void steps.push('second'))
      assert.deepEqual(
        (await db.all(written)).map(({ id }) => id),
        ['prc_f', 'prc_g'],
      )
      assert.deepEqual(steps, ['work', 'first', 'work', 'first', 'second', 'after'])
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

    test('reads what it has just written, however the reads and writes follow each other', async () => {
      const read = async () =>
        (await db.get<{ amount_minor: bigint }>(sql`select amount_minor from prices where id = 'prc_e'`))
          ?.amount_minor
      assert.equal(await read(), undefined)
      await db.insert('prices', [price('prc_e', 1n)])
      assert.equal(await read(), 1n)
      await db.transaction(async (trx) => {
        assert.equal(await read(), 1n)
        await trx.run(sql`update prices set amount_minor = 2 where id = 'prc_e'`)
        assert.equal(await read(), 1n)
      })
      assert.equal(await read(), 2n)
      await assert.rejects(
        db.transaction(async (trx) => {
          await trx.run(sql`update prices set amount_minor = 3 where id = 'prc_e'`)
          throw new Error('stop')
        }),
      )
      assert.equal(await read(), 2n)
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

describe('reads on sqlite', async () => {
  const { db, url, remove } = await makeDatabase('sqlite')
  const other = openSqlite({ file: url.slice('sqlite:'.length), synchronous: 'off' })
  after(async () => {
    await other.close()
    await remove()
  })

  test('see what another process has committed as soon as anything else was waited for', async () => {
    const count = async () => (await db.all(sql`select id from realms`)).length
    assert.equal(await count(), 0)
    await other.insert('realms', [{ id: 'rlm_x', kind: 'staff', name: 'Staff', created_at: at }])
    await new Promise((done) => setImmediate(done))
    assert.equal(await count(), 1)
  })

  test('may be followed by the end of the connection at once', async () => {
    const brief = openSqlite({ file: url.slice('sqlite:'.length), synchronous: 'off' })
    assert.ok(Array.isArray(await brief.all(sql`select id from realms`)))
    await brief.close()
    await assert.rejects(brief.all(sql`select id from realms`), /not open/)
    await new Promise((done) => setImmediate(done))
  })

  test('of several tables are planned once, not at each run', async () => {
    let plans = 0
    const joined = (alias: string) => sql`
      select u.id as ${name(alias)}, m.rights, c.name from sessions s join users u on u.id = s.user_id
      left join memberships m on m.user_id = u.id left join clients c on c.id = m.client_id
      where s.token_hash = ${'x'} and s.expires_at > ${at}`
    const again = await fastest(() => db.all(joined('again')))
    const anew = await fastest(() => db.all(joined(`anew_${++plans}`)))
    assert.ok(again < anew / 2, `${again} ms again, ${anew} ms when it is planned anew`)
  })
})

test('a server that was never there is not called lost', async () => {
  const db = openPostgres({ url: 'postgres://berth@127.0.0.1:1/berth' })
  const unreachable = {
    code: 'database.unavailable',
    message: /nothing answers at the address of PostgreSQL/,
  }
  await assert.rejects(db.all(sql`select 1`), unreachable)
  await assert.rejects(
    db.transaction((trx) => trx.all(sql`select 1`)),
    unreachable,
  )
  await db.close()
})

/** Milliseconds of the fastest of many runs: others on the machine make it slower, never faster. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  let best = Infinity
  for (let i = 0; i < 300; i++) {
    const started = performance.now()
    await run()
    best = Math.min(best, performance.now() - started)
  }
  return best
}
