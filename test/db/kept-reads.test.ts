import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { after, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import fc from 'fast-check'
import { openSqlite, sql, type SqlValue } from '../../core/db/index.ts'
import { makeDatabase } from '../support/databases.ts'

const READ = sql`select value from settings where key = 'kept'`

describe('kept reads', async () => {
  const { db, url, remove } = await makeDatabase('sqlite')
  const kept = db.kept!
  const file = url.slice('sqlite:'.length)
  const elsewhere = openSqlite({ file })
  after(async () => {
    await elsewhere.close()
    await remove()
  })
  const write = (value: string) => sql`
    insert into settings (scope, scope_id, key, value, updated_by, updated_at)
      values ('installation', '', 'kept', ${value}, 'usr_test', '2026-01-01T00:00:00.000Z')
    on conflict (scope, scope_id, key) do update set value = excluded.value`
  /** A request begins in a turn of its own; reads of one turn share one view of the database. */
  const value = async () => {
    await turn()
    return (await kept.get<{ value: string }>(READ))?.value
  }

  it('are the same rows while nothing is committed, and nobody can change them', async () => {
    await db.run(write('1'))
    const rows = await kept.all<{ value: string }>(READ)
    assert.equal(await kept.all(READ), rows)
    assert.throws(() => (rows[0]!.value = '2'), TypeError)
    assert.throws(() => rows.pop(), TypeError)
    assert.notEqual(await db.all(READ), rows)
  })

  it('show what this process committed', async () => {
    assert.equal(await value(), '1')
    await db.run(write('2'))
    assert.equal(await value(), '2')
    await kept.transaction((trx) => trx.run(write('3')))
    assert.equal(await value(), '3')
  })

  it('show what another connection committed, and not what it has not', async () => {
    assert.equal(await value(), '3')
    await elsewhere.transaction(async (trx) => {
      await trx.run(write('4'))
      assert.equal(await value(), '3')
    })
    assert.equal(await value(), '4')
  })

  it('show what another process committed', async () => {
    assert.equal(await value(), '4')
    const driver = createRequire(import.meta.url).resolve('better-sqlite3')
    execFileSync(process.execPath, [
      '-e',
      `new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)}).exec("update settings set value = '5' where key = 'kept'")`,
    ])
    assert.equal(await value(), '5')
  })

  it('of one callback are of one state, before and after it first waits', async () => {
    const Driver = createRequire(import.meta.url)('better-sqlite3') as typeof Database
    const other = new Driver(file)
    await turn()
    // A callback that has not waited for anything: what it asks for here and after its first await is one page.
    const both = new Promise<unknown[]>((done, failed) => {
      setImmediate(() => {
        const early = kept.get(READ)
        other.exec("update settings set value = 'between' where key = 'kept'")
        early.then(async (first) => [first, await db.get(READ)]).then(done, failed)
      })
    })
    assert.deepEqual(await both, [{ value: '5' }, { value: '5' }])
    assert.equal(await value(), 'between')
    other.exec("update settings set value = '5' where key = 'kept'")
    other.close()
    assert.equal(await value(), '5')
  })

  it('forget nothing that was rolled back', async () => {
    const rows = await kept.all(READ)
    const stopped = db.transaction(async (trx) => {
      await trx.run(write('6'))
      throw new Error('stop')
    })
    await assert.rejects(stopped, /stop/)
    assert.equal(await kept.all(READ), rows)
  })

  it('and what is made of them are kept until a commit, each under its name, whole and frozen', async () => {
    const shop = {}
    let works = 0
    const make = async () => ({ value: await value(), works: [++works] })
    const made = (key: string, of: object = shop) => kept.remember!(of, key, make)
    const first = await made('a')
    assert.equal(await made('a'), first)
    assert.throws(() => first.works.push(0), TypeError)
    assert.notEqual(await made('b'), first)
    assert.notEqual(await made('a', {}), first)
    assert.equal(works, 3)
    await turn()
    assert.equal(await made('a'), first)
    for (const committer of [db, elsewhere]) {
      const written: string = `${works} works`
      await committer.run(write(written))
      await turn()
      assert.equal((await made('a')).value, written)
    }
    assert.equal(works, 5)
  })

  it('and what is made of them is not kept when somebody committed meanwhile, it failed or is large', async () => {
    const shop = {}
    let works = 0
    const remembered = (work: () => Promise<unknown>) => kept.remember!(shop, 'a', () => (works++, work()))
    const committing = async () => {
      const before = await value()
      await elsewhere.run(write(`${before}+`))
      return [before, await value()]
    }
    await remembered(committing)
    await assert.rejects(remembered(() => Promise.reject(new Error('no'))))
    await remembered(() => Promise.resolve(Array.from({ length: 200 }, () => ({}))))
    await remembered(() => Promise.resolve([]))
    assert.equal(works, 4)
    await remembered(() => Promise.resolve([]))
    assert.equal(works, 4)
    await db.run(write('5'))
  })

  it('never answer one list of values with the rows of another', async () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('1', 'null', '\n', '\ns1:1', 's1:1\ns1:2', '1\nn1:1'))
    const one: fc.Arbitrary<SqlValue> = fc.oneof(text, fc.integer({ min: 0, max: 2 }), fc.constant(null))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(one, one), { maxLength: 30 }), async (pairs) => {
        for (const [a, b] of pairs) {
          const row = await kept.get(
            sql`select ${a} as a, ${b} as b, typeof(${a}) as a_type, typeof(${b}) as b_type`,
          )
          assert.deepEqual([row!.a, row!.b], [a, b])
        }
      }),
    )
  })
})
