import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { chunkPaces } from '../../core/billing/run/chunk-pace.ts'
import { openSqlite, sql, type Db } from '../../core/db/index.ts'

describe('how a billing run goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-chunks-'))
  const [ours, theirs] = [1, 2].map(() => openSqlite({ file: join(folder, 'chunks.db') })) as [Db, Db]
  after(async () => {
    await ours.close()
    await theirs.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await ours.run(sql`create table notes (body text not null) strict`)
  const write = (db: Db) => db.run(sql`insert into notes (body) values ('x')`)
  const sizesOf = (db: Pick<Db, 'dialect' | 'commitsOfOthers'>) => {
    const next = chunkPaces(db)
    return () => next().services
  }
  const ask = (sizes: () => number, times: number) => Array.from({ length: times }, sizes)

  test('its chunks aim at 200 services until it has been alone for fifty chunks, and 600 then', async () => {
    const sizes = sizesOf(ours)
    const seen: number[] = []
    for (let chunk = 0; chunk < 60; chunk++) {
      seen.push(sizes())
      await write(ours)
    }
    assert.deepEqual(seen, [...Array<number>(49).fill(200), ...Array<number>(11).fill(600)])
  })

  test('they do so again as soon as another process or thread has written', async () => {
    const sizes = sizesOf(ours)
    assert.equal(ask(sizes, 50).at(-1), 600)
    await write(theirs)
    assert.deepEqual(ask(sizes, 49), Array<number>(49).fill(200))
    await write(theirs)
    assert.deepEqual([...new Set(ask(sizes, 50))], [200])
    assert.equal(sizes(), 600)
  })

  test('they aim at 600 also while others read', async () => {
    const sizes = sizesOf(ours)
    ask(sizes, 50)
    await theirs.all(sql`select body from notes`)
    assert.equal(sizes(), 600)
  })

  test('they aim at 200 where nobody can say who waits, and 2,000 on PostgreSQL', () => {
    const held = sizesOf({ dialect: 'sqlite', commitsOfOthers: () => NaN })
    assert.deepEqual([...new Set(ask(held, 60))], [200])
    assert.deepEqual([...new Set(ask(sizesOf({ dialect: 'postgres' }), 60))], [2_000])
  })

  test('it rests between chunks from when others write until it has been alone again', async () => {
    const next = chunkPaces(ours)
    assert.equal(next().restMs, 0)
    await write(ours)
    assert.equal(next().restMs, 0)
    await write(theirs)
    const rests = Array.from({ length: 51 }, () => next().restMs)
    assert.deepEqual(rests, [...Array<number>(50).fill(3), 0])
  })

  test('it never rests on PostgreSQL', () => {
    assert.equal(chunkPaces({ dialect: 'postgres' })().restMs, 0)
  })
})
