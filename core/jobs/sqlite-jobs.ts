import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Db, type Trx } from '../db/index.ts'
import { NotFound, type Instant } from '../kernel/index.ts'
import { jobsLeft, JobTakenOver } from './errors.ts'
import {
  MAX_ATTEMPTS,
  type DeadJob,
  type JobEngine,
  type JobMeans,
  type JobRequest,
  type Json,
  type OverdueJob,
} from './jobs.ts'
import { createSqliteRunner } from './sqlite-runner.ts'
import { openWake } from './wake.ts'

const DRAIN_POLL_MS = 10
const DRAIN_MS = 600_000

/** Jobs in the table `jobs` of our own database: one process, its web thread and its worker thread. */
export function sqliteJobs(means: JobMeans): JobEngine {
  return {
    enqueue: (trx, requests) => enqueue(means, trx, requests),
    install: () => Promise.resolve(),
    runner: (handlers, options) => createSqliteRunner(means, handlers, options),
    drained: (timeoutMs) => drained(means, timeoutMs),
    kept: (task) => kept(means.db, task),
    overdue: (before) => overdue(means.db, before),
    listDeadJobs: (limit) => listDeadJobs(means.db, limit),
    retryJob: (id) => retryJob(means, id),
    forgetDeadJobs: (before) => means.db.run(sql`delete from jobs where dead_at < ${before}`),
    assertHeld,
  }
}

async function enqueue(means: JobMeans, trx: Trx, requests: readonly JobRequest[]): Promise<void> {
  if (requests.length === 0) return
  const now = means.clock.now()
  const rows = requests.map((request) => jobRow(means, request, now))
  const [plain, keyed] = [
    rows.filter((row) => row.job_key === null),
    rows.filter((row) => row.job_key !== null),
  ]
  await trx.insert('jobs', plain)
  for (const row of keyed) await enterKeyed(trx, row)
  trx.afterCommit(() => openWake().tell())
}

type JobRow = ReturnType<typeof jobRow>

function jobRow(means: JobMeans, request: JobRequest, now: string) {
  return {
    id: means.newId('job'),
    task: request.task,
    job_key: request.key ?? null,
    payload: JSON.stringify(request.payload),
    queue: request.queue ?? null,
    priority: request.priority ?? 0,
    max_attempts: request.maxAttempts ?? MAX_ATTEMPTS,
    run_at: now,
    created_at: now,
  }
}

async function enterKeyed(trx: Trx, row: JobRow): Promise<void> {
  await trx.run(sql`
    insert into jobs (id, task, job_key, payload, queue, priority, max_attempts, run_at, created_at)
    values (${row.id}, ${row.task}, ${row.job_key}, ${row.payload}, ${row.queue}, ${row.priority}, ${row.max_attempts}, ${row.run_at}, ${row.created_at})
    on conflict (job_key) where job_key is not null and dead_at is null do nothing`)
}

async function drained({ db, clock }: JobMeans, timeoutMs = DRAIN_MS): Promise<void> {
  const end = clock.ms() + timeoutMs
  for (;;) {
    const left = await db.all<{ task: string; jobs: number }>(sql`
      select task, count(*) as jobs from jobs
      where dead_at is null and (run_at <= ${clock.now()} or locked_until is not null) group by task`)
    if (left.length === 0) return
    if (clock.ms() > end) throw jobsLeft(left, timeoutMs)
    await sleep(DRAIN_POLL_MS)
  }
}

async function kept(db: Db, task: string): Promise<Json[]> {
  const rows = await db.all<{ payload: string }>(sql`select payload from jobs where task = ${task}`)
  return rows.map(({ payload }) => JSON.parse(payload) as Json)
}

const overdue = (db: Db, before: Instant): Promise<OverdueJob[]> =>
  db.all<OverdueJob>(sql`
    select id, task, coalesce(locked_until, run_at) as since from jobs
    where dead_at is null and coalesce(locked_until, run_at) < ${before} order by run_at, id`)

function listDeadJobs(db: Db, limit: number): Promise<DeadJob[]> {
  return db.all<DeadJob>(sql`
    select id, task, queue, attempts, last_error as error, dead_at as died_at, created_at as entered_at
    from jobs where dead_at is not null order by dead_at desc, id limit ${limit}`)
}

/** Another live job may hold the key by now; then the revived one runs without it. */
async function retryJob({ db, clock }: JobMeans, id: string): Promise<void> {
  const now = clock.now()
  const revived = await db.transaction(async (trx) => {
    trx.afterCommit(() => openWake().tell())
    return trx.run(sql`
      update jobs set dead_at = null, attempts = 0, run_at = ${now},
        job_key = case when exists (select 1 from jobs live where live.job_key = jobs.job_key and live.dead_at is null)
          then null else job_key end
      where id = ${id} and dead_at is not null`)
  })
  if (revived === 0) throw NotFound({ what: 'dead job', id })
}

async function assertHeld(trx: Trx, { jobId, attempt }: { jobId: string; attempt: number }): Promise<void> {
  const held = await trx.get(
    sql`select id from jobs where id = ${jobId} and attempts = ${attempt} and locked_by is not null`,
  )
  if (!held) throw JobTakenOver({ id: jobId, attempt })
}
