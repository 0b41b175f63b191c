import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openPostgres, openSqlite, sql, type Db } from '../core/db/index.ts'
import { createJobs, type JobEngine } from '../core/jobs/index.ts'
import { idMaker, systemClock } from '../core/kernel/index.ts'
import { silentLog } from '../core/log/index.ts'
import { migrations } from '../migrations/index.ts'
import { startPostgres, TEMPLATE } from '../test/support/postgres.ts'
import { median, report, type Judged } from './figure.ts'

const JOBS = 10_000
const BATCH = 100
const ROUNDS = 5

/**
 * Jobs that do nothing, a second, against the bare statements: claim a hundred rows, delete a hundred rows. Rounds of
 * both take turns, so that what else the machine does falls on both.
 */
export async function benchJobs(): Promise<Judged[]> {
  const figures: Judged[] = []
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const sqlite = openSqlite({ file: join(folder, 'berth.db') })
  await migrate(sqlite, migrations, systemClock.now())
  figures.push(await measure('jobs_sqlite', sqlite, claimSqlite))
  await sqlite.close()
  rmSync(folder, { recursive: true, force: true })

  const server = await startPostgres()
  const postgres = openPostgres({ url: `${server.url}/${TEMPLATE}` })
  figures.push(await measure('jobs_postgres', postgres, claimPostgres))
  await postgres.close()
  await server.stop()
  return figures
}

async function measure(name: string, db: Db, claim: (db: Db) => Promise<string[]>): Promise<Judged> {
  const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
  await jobs.install()
  const ours: number[] = []
  const raw: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await runJobs(db, jobs))
    raw.push(await claimAndDelete(db, claim))
  }
  const [value, baseline] = [median(ours), median(raw)]
  return report({
    name,
    value,
    unit: 'jobs/s',
    baseline,
    ratio: value / baseline,
    bar: { of: 'ratio', least: 0.4 },
  })
}

async function runJobs(db: Db, jobs: JobEngine): Promise<number> {
  for (let entered = 0; entered < JOBS; entered += 1_000) {
    const requests = Array.from({ length: 1_000 }, (_, n) => ({ task: 'bench.nothing', payload: { n } }))
    await db.transaction((trx) => jobs.enqueue(trx, requests))
  }
  let done = 0
  const all = Promise.withResolvers<void>()
  const nothing = async () => {
    if (++done === JOBS) all.resolve()
  }
  const runner = jobs.runner({ 'bench.nothing': nothing }, { log: silentLog })
  const started = performance.now()
  await runner.start()
  await all.promise
  await jobs.drained()
  const rate = perSecond(started)
  await runner.stop()
  return rate
}

async function claimAndDelete(db: Db, claim: (db: Db) => Promise<string[]>): Promise<number> {
  await db.insert(
    'jobs',
    Array.from({ length: JOBS }, (_, n) => ({
      id: `job_bench_${n}`,
      task: 'bench.nothing',
      payload: JSON.stringify({ n }),
      max_attempts: 1,
      run_at: systemClock.now(),
      created_at: systemClock.now(),
    })),
  )
  const started = performance.now()
  for (let left = JOBS; left > 0; left -= BATCH) {
    const ids = JSON.stringify(await claim(db))
    const list =
      db.dialect === 'sqlite'
        ? sql`select value from json_each(${ids})`
        : sql`select * from json_array_elements_text(${ids}::json)`
    await db.run(sql`delete from jobs where id in (${list})`)
  }
  return perSecond(started)
}

const CLAIM = sql`update jobs set locked_by = 'bench', attempts = attempts + 1`

async function claimSqlite(db: Db): Promise<string[]> {
  const rows = await db.transaction((trx) =>
    trx.all<{ id: string }>(sql`
      ${CLAIM} where id in (
        select id from jobs where dead_at is null order by priority, run_at, id limit ${BATCH}) returning id`),
  )
  return rows.map((row) => row.id)
}

async function claimPostgres(db: Db): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    ${CLAIM} where id in (
      select id from jobs where dead_at is null order by priority, run_at, id limit ${BATCH}
      for update skip locked) returning id`)
  return rows.map((row) => row.id)
}

const perSecond = (started: number) => Math.round((JOBS / (performance.now() - started)) * 1000)
