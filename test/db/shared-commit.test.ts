import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { openSqlite, sql, violatedUnique, type Db, type Trx } from '../../core/db/index.ts'

const TABLES = [
  sql`create table halves (id integer not null, half integer not null, primary key (id, half)) strict, without rowid`,
  sql`create table sums (written integer not null) strict`,
  sql`insert into sums (written) values (0)`,
  sql`create table fatal (id integer not null) strict`,
  sql`create trigger fatal_ends_all before insert on fatal begin select raise(rollback, 'the disk is gone'); end`,
]
/** However slow the machine is, those that may share do. */
const PATIENT_MS = 60_000
const BRIEF = { brief: true }

interface Opened {
  db: Db
  file: string
  commits(): number
  /** From now on, commits fail or not. */
  fail(failing: boolean): void
  close(): Promise<void>
}

async function open(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-shared-'))
  const file = join(folder, 'shared.db')
  let commits = 0
  let failing = false
  const before = (text: string) => {
    if (text !== 'commit') return
    commits++
    if (failing) throw Object.assign(new Error('no room'), { code: 'SQLITE_FULL' })
  }
  const db = openSqlite({ file, meter: { before }, shareMs: PATIENT_MS })
  for (const table of TABLES) await db.run(table)
  const close = async () => {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { db, file, commits: () => commits, fail: (is) => void (failing = is), close }
}

const both = (id: number) => [
  { id, half: 1 },
  { id, half: 2 },
]
const idsOf = async (queries: Pick<Db, 'all'>) =>
  (await queries.all<{ id: number }>(sql`select id from halves order by id, half`)).map(({ id }) => id)

describe('brief transactions in line on sqlite', async () => {
  const { db, file, commits, fail, close } = await open()
  after(close)

  const clear = async () => {
    await db.run(sql`delete from halves`)
    await db.run(sql`update sums set written = 0`)
  }

  /** After so many without a refusal, nothing is kept apart until one is refused. */
  const calmDown = async () => {
    for (let i = 0; i < 50; i++) await db.transaction(() => Promise.resolve(), BRIEF)
  }

  const count = async (trx: Trx) => {
    await trx.run(sql`update sums set written = written + 1`)
    return (await trx.get<{ written: number }>(sql`select written from sums`))!.written
  }

  test('share one commit, in the order in which they came', async () => {
    await clear()
    const before = commits()
    const acts: number[] = []
    const work = (id: number) => async (trx: Trx) => {
      trx.afterCommit(() => acts.push(id))
      await trx.insert('halves', both(id))
      return count(trx)
    }
    const counts = await Promise.all([1, 2, 3, 4, 5].map((id) => db.transaction(work(id), BRIEF)))
    assert.deepEqual(counts, [1, 2, 3, 4, 5])
    assert.deepEqual(acts, [1, 2, 3, 4, 5])
    assert.equal(commits() - before, 1)
  })

  test('that is refused takes back a half-done insert too, and nothing of the others', async () => {
    await clear()
    const before = commits()
    const results = await Promise.allSettled([
      db.insert('halves', both(1)),
      ...[2, 3, 4].map((id) =>
        db.transaction(async (trx) => {
          // Of the third one the last row is refused, after the others were written.
          await trx.insert('halves', [...both(id), { id: id === 3 ? 3 : -id, half: 1 }])
        }, BRIEF),
      ),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    )
    const [, , refused] = results
    assert.notEqual(violatedUnique((refused as PromiseRejectedResult).reason), null)
    assert.deepEqual(await idsOf(db), [-4, -2, 1, 1, 2, 2, 4, 4])
    assert.equal(commits() - before, 2)
  })

  test('are done again where one is refused, and only once while that is not long ago', async () => {
    await clear()
    await calmDown()
    const runs: number[] = []
    const write = (id: number) =>
      db.transaction(async (trx) => {
        runs.push(id)
        await trx.insert('halves', both(id))
        return count(trx)
      }, BRIEF)
    const three = async (...ids: number[]) =>
      (await Promise.allSettled(ids.map(write))).map((one) => (one.status === 'fulfilled' ? one.value : 0))
    const before = commits()
    assert.deepEqual(await three(1, 1, 2), [1, 0, 2])
    assert.deepEqual(runs.splice(0), [1, 1, 1, 1, 2])
    assert.deepEqual(await three(3, 3, 4), [3, 0, 4])
    assert.deepEqual(runs.splice(0), [3, 3, 4])
    assert.equal(commits() - before, 2)
    await calmDown()
    // Whoever is first has the transaction for itself until it has ended well.
    assert.deepEqual(await three(4, 5, 5), [0, 5, 0])
    assert.deepEqual(runs.splice(0), [4, 5, 5, 5, 5])
    assert.deepEqual(await idsOf(db), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
  })

  test('are all refused when the disk was full for one, which writes nothing more, whatever it makes of that', async () => {
    await clear()
    const full = async (trx: Trx) => {
      await trx.insert('halves', both(7))
      await trx.run(sql`create table large (text text not null)`)
      const pages = await trx.get<{ page_count: number }>(sql`pragma page_count`)
      // Numbers in pragmas cannot be bound.
      const limit = { text: `pragma max_page_count = ${pages!.page_count + 2}`, values: [] }
      assert.equal((await trx.all(limit as never)).length, 1)
      await assert.rejects(trx.insert('large', [{ text: 'x'.repeat(1_000_000) }]), {
        code: 'database.unavailable',
      })
      await trx.all({ text: 'pragma max_page_count = 1000000', values: [] } as never)
      await assert.rejects(trx.insert('halves', both(8)), { code: 'database.unavailable' })
    }
    await assert.rejects(db.transaction(full, BRIEF), { code: 'database.unavailable' })
    assert.deepEqual(await idsOf(db), [])
    const write = (id: number) => db.transaction((trx) => trx.insert('halves', both(id)), BRIEF)
    const results = await Promise.allSettled([write(10), write(11), db.transaction(full, BRIEF)])
    const last = write(12)
    for (const result of results)
      assert.equal(
        result.status === 'rejected' && (result.reason as { code?: string }).code,
        'database.unavailable',
      )
    await last
    assert.deepEqual(await idsOf(db), [12, 12])
  })

  test('are all refused when their commit fails, also the one that was refused for what another had written', async () => {
    await clear()
    let ran = false
    const write = (id: number) =>
      db.transaction(async (trx) => {
        trx.afterCommit(() => (ran = true))
        await trx.insert('halves', both(id))
      }, BRIEF)
    fail(true)
    const results = await Promise.allSettled([write(1), write(1), write(2)])
    fail(false)
    for (const result of results) {
      assert.equal(result.status, 'rejected')
      assert.equal((result.reason as { code?: string }).code, 'database.unavailable')
    }
    assert.equal(ran, false)
    assert.deepEqual(await idsOf(db), [])
    await write(1)
    assert.deepEqual(await idsOf(db), [1, 1])
  })

  test('are all refused when the disk ends their transaction, whatever the one that met it makes of it', async () => {
    await clear()
    const write = (id: number) => db.transaction((trx) => trx.insert('halves', both(id)), BRIEF)
    const deaf = async (trx: Trx) => {
      await trx.insert('fatal', [{ id: 1 }]).catch(() => undefined)
    }
    const results = await Promise.allSettled([write(1), write(2), db.transaction(deaf, BRIEF), write(3)])
    assert.deepEqual(
      results.map((result) =>
        result.status === 'rejected' ? (result.reason as { code?: string }).code : '',
      ),
      ['database.unavailable', 'database.unavailable', 'database.unavailable', ''],
    )
    assert.deepEqual(await idsOf(db), [3, 3])
  })

  test('are answered before work that is not brief begins', async () => {
    await clear()
    let answered = false
    const first = db.transaction((trx) => trx.insert('halves', both(1)), BRIEF).then(() => (answered = true))
    const long = db.transaction(async (trx) => {
      assert.equal(answered, true)
      return (await idsOf(trx)).length
    })
    const last = db.transaction((trx) => trx.insert('halves', both(2)), BRIEF)
    assert.equal(await long, 2)
    await Promise.all([first, last])
  })

  test('are not shown to anybody before they are on the disk', async () => {
    await clear()
    const other = openSqlite({ file })
    const seen: number[][] = []
    const work = (id: number) => async (trx: Trx) => {
      await trx.insert('halves', both(id))
      seen.push(await idsOf(db), await idsOf(other), await idsOf(db.kept!))
    }
    await Promise.all([1, 2, 3].map((id) => db.transaction(work(id), BRIEF)))
    await other.close()
    assert.deepEqual(
      seen,
      Array.from({ length: 9 }, () => []),
    )
    assert.deepEqual(await idsOf(db.kept!), [1, 1, 2, 2, 3, 3])
  })

  test('are refused, each by itself, once the database is closed', async () => {
    const other = openSqlite({ file })
    const open = other.transaction((trx) => trx.insert('halves', both(7)), BRIEF)
    await other.close()
    await open
    const late = [8, 9].map((id) => other.transaction((trx) => trx.insert('halves', both(id)), BRIEF))
    for (const result of await Promise.allSettled(late)) assert.equal(result.status, 'rejected')
    await other.close()
  })

  test('do not share without an end', async () => {
    await clear()
    const before = commits()
    await Promise.all(
      Array.from({ length: 80 }, (_, id) => db.transaction((trx) => trx.insert('halves', both(id)), BRIEF)),
    )
    assert.equal(commits() - before, 3)
    assert.equal((await idsOf(db)).length, 160)
  })

  const script = fc.record({
    id: fc.integer({ min: 1, max: 6 }),
    brief: fc.boolean(),
    reads: fc.integer({ min: 0, max: 3 }),
    throws: fc.boolean(),
  })

  test('come to what they come to one by one, whatever is refused, and to nothing while no commit succeeds', async () => {
    const property = fc.asyncProperty(
      fc.array(script, { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      async (scripts, failing, calm) => {
        await clear()
        if (calm) await calmDown()
        const acts: number[] = []
        const told: number[] = []
        fail(failing)
        const results = await Promise.allSettled(
          scripts.map(async ({ id, brief, reads, throws }, n) => {
            const work = async (trx: Trx) => {
              trx.afterCommit(() => acts.push(n))
              await trx.insert('halves', both(id))
              for (let i = 0; i < reads; i++) await idsOf(trx)
              if (throws) throw new Error('refused')
              return count(trx)
            }
            return db.transaction(work, { brief }).finally(() => told.push(n))
          }),
        )
        fail(false)
        assert.deepEqual(
          told,
          scripts.map((_, n) => n),
        )
        const there = new Set<number>()
        const kept: number[] = []
        scripts.forEach(({ id, throws }, n) => {
          const stands = !failing && !there.has(id) && !throws
          const result = results[n]!
          assert.equal(result.status, stands ? 'fulfilled' : 'rejected')
          if (!stands) return
          there.add(id)
          kept.push(n)
          assert.equal(result.status === 'fulfilled' && result.value, kept.length)
        })
        assert.deepEqual(acts, kept)
        const ids = [...there].sort((a, b) => a - b)
        assert.deepEqual(
          await idsOf(db),
          ids.flatMap((id) => [id, id]),
        )
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })
})

describe('brief transactions of a process that is killed', async () => {
  const KILLS = 6
  const { db, file, close } = await open()
  after(close)

  test('are there when they were acknowledged, and whole or not at all', async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      await db.run(sql`delete from halves`)
      await db.run(sql`update sums set written = 0`)
      const acknowledged = await acknowledgedUntilKilled(file, 20 * kill)
      const halves = await db.all<{ id: number; n: number }>(
        sql`select id, count(*) as n from halves group by id order by id`,
      )
      const there = new Set(halves.map(({ id }) => id))
      assert.ok(acknowledged.length > 0)
      assert.deepEqual(
        acknowledged.filter((id) => !there.has(id)),
        [],
      )
      assert.deepEqual(
        halves.filter(({ id, n }) => n !== 2 || id % 3 === 0),
        [],
      )
      assert.deepEqual(await db.get(sql`select written from sums`), { written: there.size })
    }
  })
})

/** Some milliseconds after the first word. */
async function acknowledgedUntilKilled(file: string, ms: number): Promise<number[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'committer.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((done) => child.on('close', done))
  let said = ''
  const first = new Promise((done) => child.stdout.once('data', done))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await Promise.race([first, ended])
  await sleep(ms)
  child.kill('SIGKILL')
  await ended
  return said.split('\n').slice(0, -1).map(Number)
}
