import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { madeOnce, sql } from '../../core/db/index.ts'
import { makeDatabase } from '../support/databases.ts'

const READ = sql`select value from settings where key = 'made'`

describe('what is made of kept rows', async () => {
  const { db, remove } = await makeDatabase('sqlite')
  const kept = db.kept!
  after(remove)
  const write = (value: string) =>
    db.run(sql`
      insert into settings (scope, scope_id, key, value, updated_by, updated_at)
        values ('installation', '', 'made', ${value}, 'usr_test', '2026-01-01T00:00:00.000Z')
      on conflict (scope, scope_id, key) do update set value = excluded.value`)
  let made = 0
  const textsOf = madeOnce(({ rows, language }: { rows: readonly { value: string }[]; language: string }) => {
    made++
    return { texts: rows.map(({ value }) => `${language} ${value}`) }
  })
  const shown = async (language: string) =>
    textsOf({ rows: await kept.all<{ value: string }>(READ), language }).texts

  it('is made once for the same rows and values, and nobody can change it', async () => {
    await write('1')
    const texts = await shown('en')
    assert.deepEqual(texts, ['en 1'])
    assert.equal(await shown('en'), texts)
    assert.equal(made, 1)
    assert.throws(() => texts.push('mine'), TypeError)
  })

  it('is another for another value', async () => {
    assert.deepEqual(await shown('de'), ['de 1'])
    assert.deepEqual(await shown('en'), ['en 1'])
    assert.equal(made, 2)
  })

  it('is another where a value is not named, whichever was made first', async () => {
    const secretOf = madeOnce(({ secret }: { rows: readonly object[]; secret?: string }) => ({ secret }))
    const rows = await kept.all(READ)
    assert.deepEqual(secretOf({ rows, secret: 'mine' }), { secret: 'mine' })
    assert.deepEqual(secretOf({ rows }), { secret: undefined })
    assert.deepEqual(secretOf({ rows, secret: 'mine' }), { secret: 'mine' })
  })

  it('is made anew when anything was committed', async () => {
    await write('2')
    assert.deepEqual(await shown('en'), ['en 2'])
    assert.equal(made, 3)
  })

  it('is right for more values than are kept', async () => {
    for (const turn of [0, 1])
      for (let i = 0; i < 20; i++) assert.deepEqual(await shown(`x${i}`), [`x${i} 2`], `turn ${turn}`)
  })

  it('is made anew of rows that are not kept', async () => {
    const rows = await db.all<{ value: string }>(READ)
    const first = textsOf({ rows, language: 'en' })
    rows[0]!.value = '3'
    assert.deepEqual(textsOf({ rows, language: 'en' }).texts, ['en 3'])
    assert.deepEqual(first.texts, ['en 2'])
    first.texts.push('mine')
  })
})
