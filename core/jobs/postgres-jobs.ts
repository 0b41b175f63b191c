import { runMigrations } from 'graphile-worker'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Db, type PostgresDb, type Trx } from '../db/index.ts'
import { NotFound, type Instant } from '../kernel/index.ts'
import { silentLog } from '../log/index.ts'
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
import { createPostgresRunner, workerLogger } from './postgres-runner.ts'

const DRAIN_POLL_MS = 25
const DRAIN_MS = 600_000
/** After so long graphile-worker gives a job that is locked to the next node. */
const LOCK_KEPT = '4 hours'

/** Jobs of graphile-worker, in its own schema of our database, for any number of nodes. */
export function postgresJobs(means: JobMeans & { db: PostgresDb }): JobEngine {
  const { db, clock } = means
  return {
    enqueue,
    install: () => runMigrations({ pgPool: db.pool, logger: workerLogger(silentLog) }),
    runner: (handlers, options) => createPostgresRunner(db, handlers, options),
    drained: (timeoutMs) => drained(db, clock, timeoutMs),
    kept: (task) => kept(db, task),
    overdue: (before) => overdue(db, before),
    listDeadJobs: (limit) => listDeadJobs(db, limit),
    retryJob: (id) => retryJob(db, id),
    forgetDeadJobs: (before) => forgetDeadJobs(db, before),
    assertHeld,
  }
}

interface Entry {
  task: string
  payload: string
  queue: string | null
  key: string | null
  priority: number
  max_attempts: number
}

/**
 * One statement for all. A key whose job waits or runs keeps the new one out; the key of a dead job is taken from it.
 * Each job is a microsecond older than the next, because graphile-worker orders by age alone.
 * Two transactions that enter the same key at once end with one job, because graphile-worker replaces what waits.
 */
async function enqueue(trx: Trx, requests: readonly JobRequest[]): Promise<void> {
  if (requests.length === 0) return
  const entries = JSON.stringify(withoutRepeatedKeys(requests).map(entryOf))
  await trx.all(sql`
    select count(*) as entered from graphile_worker.add_jobs(array(
      select row(task, payload::json, queue, clock_timestamp() + (n - ${requests.length}::integer) * interval '1 microsecond',
        max_attempts, key, priority, null)::graphile_worker.job_spec
      from rows from (json_to_recordset(${entries}::json) as
        (task text, payload text, queue text, key text, priority smallint, max_attempts smallint))
        with ordinality as entry (task, payload, queue, key, priority, max_attempts, n)
      where key is null or not exists (
        select 1 from graphile_worker.jobs live
        where live.key = entry.key and (live.locked_at is not null or live.attempts < live.max_attempts))))`)
}

function withoutRepeatedKeys(requests: readonly JobRequest[]): JobRequest[] {
  const keys = new Set<string>()
  return requests.filter(({ key }) => key === undefined || (!keys.has(key) && keys.add(key)))
}

function entryOf(request: JobRequest): Entry {
  return {
    task: request.task,
    payload: JSON.stringify(request.payload),
    queue: request.queue ?? null,
    key: request.key ?? null,
    priority: request.priority ?? 0,
    max_attempts: request.maxAttempts ?? MAX_ATTEMPTS,
  }
}

async function drained(db: Db, clock: JobMeans['clock'], timeoutMs = DRAIN_MS): Promise<void> {
  const end = clock.ms() + timeoutMs
  for (;;) {
    const left = await db.all<{ task: string; jobs: number }>(sql`
      select task_identifier as task, count(*) as jobs from graphile_worker.jobs
      where locked_at is not null or (attempts < max_attempts and run_at <= now()) group by task_identifier`)
    if (left.length === 0) return
    if (clock.ms() > end) throw jobsLeft(left, timeoutMs)
    await sleep(DRAIN_POLL_MS)
  }
}

async function kept(db: Db, task: string): Promise<Json[]> {
  const rows = await db.all<{ payload: string }>(sql`
    select j.payload::text as payload from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = ${task}`)
  return rows.map(({ payload }) => JSON.parse(payload) as Json)
}

/** A lock of a node that died is taken from it after a while. */
const overdue = (db: Db, before: Instant): Promise<OverdueJob[]> =>
  db.all<OverdueJob>(sql`
    select id::text as id, task_identifier as task,
      to_char(coalesce(locked_at + ${LOCK_KEPT}::interval, run_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
    from graphile_worker.jobs where (locked_at is not null or attempts < max_attempts)
      and coalesce(locked_at + ${LOCK_KEPT}::interval, run_at) < ${before}::timestamptz order by run_at, id`)

function listDeadJobs(db: Db, limit: number): Promise<DeadJob[]> {
  return db.all<DeadJob>(sql`
    select id::text as id, task_identifier as task, queue_name as queue, attempts,
      coalesce(last_error, 'The process that ran it was lost.') as error,
      to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as died_at,
      to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as entered_at
    from graphile_worker.jobs where attempts >= max_attempts and locked_at is null
    order by updated_at desc, id limit ${limit}`)
}

async function retryJob(db: Db, id: string): Promise<void> {
  const rows = await db.all(sql`
    select id from graphile_worker.reschedule_jobs(array(
      select id from graphile_worker.jobs
      where id::text = ${id} and attempts >= max_attempts and locked_at is null), run_at => now(), attempts => 0)`)
  if (rows.length === 0) throw NotFound({ what: 'dead job', id })
}

async function forgetDeadJobs(db: Db, before: Instant): Promise<number> {
  const rows = await db.all(sql`
    select id from graphile_worker.complete_jobs(array(
      select id from graphile_worker.jobs
      where attempts >= max_attempts and locked_at is null and updated_at < ${before}::timestamptz))`)
  return rows.length
}

async function assertHeld(trx: Trx, { jobId, attempt }: { jobId: string; attempt: number }): Promise<void> {
  const held = await trx.get(sql`
    select id from graphile_worker.jobs where id = ${jobId}::bigint and attempts = ${attempt} and locked_by is not null`)
  if (!held) throw JobTakenOver({ id: jobId, attempt })
}
