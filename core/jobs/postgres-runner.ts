import { Logger, run, type Job, type Runner, type TaskList, type WorkerPool } from 'graphile-worker'
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type PostgresDb } from '../db/index.ts'
import type { Log } from '../log/index.ts'
import type { JobHandlers, JobRunner, RunnerOptions } from './jobs.ts'

/** Jobs fetched at once. They return to the database when they have waited for this long in a busy process. */
const BATCH = 200
const BATCH_TTL_MS = 5_000
const SETTLE_DELAY_MS = 5
const NUDGE_MS = 20
const POLL_MS = 1_000
const SILENT_MS = 30_000
const BEATS_PER_SILENCE = 6
const GRACE_MS = 4_000
const ABORT_MS = 500
const RESTART_MS = 2_000
/** The signal of our own is aborted by `stop`; graphile-worker's is out of use. */
const NEVER_MS = 2 ** 31 - 1

export function createPostgresRunner(
  db: PostgresDb,
  handlers: JobHandlers,
  options: RunnerOptions,
): JobRunner {
  return new PostgresRunner(db, handlers, options)
}

/**
 * graphile-worker holds a lock for four hours; so each pool writes a heartbeat, and every node frees the jobs of pools
 * that are silent. Time is the database's, because the clocks of nodes differ.
 */
class PostgresRunner implements JobRunner {
  readonly #db: PostgresDb
  readonly #tasks: TaskList
  readonly #options: RunnerOptions
  readonly #silentMs: number
  readonly #abort = new AbortController()
  #runner: Runner | undefined
  #pool: WorkerPool | undefined
  #beat: NodeJS.Timeout | undefined
  #beating: Promise<void> = Promise.resolve()
  #stopping = false

  constructor(db: PostgresDb, handlers: JobHandlers, options: RunnerOptions) {
    this.#db = db
    this.#options = options
    this.#silentMs = options.silentMs ?? SILENT_MS
    this.#tasks = this.#taskList(handlers)
  }

  async start(): Promise<void> {
    const events = new EventEmitter()
    events.on('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => (this.#pool = workerPool))
    events.on('localQueue:getJobs:complete', ({ jobs }: { jobs: Job[] }) => void jobs.sort(byRank))
    this.#runner = await run({
      pgPool: this.#db.pool,
      taskList: this.#tasks,
      noHandleSignals: true,
      logger: workerLogger(this.#options.log),
      events: events as never,
      preset: {
        worker: {
          concurrentJobs: this.#options.concurrency ?? 10,
          pollInterval: POLL_MS,
          localQueue: { size: BATCH, ttl: BATCH_TTL_MS },
          completeJobBatchDelay: SETTLE_DELAY_MS,
          failJobBatchDelay: SETTLE_DELAY_MS,
          gracefulShutdownAbortTimeout: NEVER_MS,
        },
      },
    })
    // It is fulfilled, too, when the pool gave up because of an error.
    this.#runner.promise.then(
      () => this.#restart('it could not write what jobs came to'),
      (error: unknown) => this.#restart(error),
    )
    await this.#beatOnce()
    this.#beat = setInterval(() => {
      this.#beating = this.#beatOnce()
    }, this.#silentMs / BEATS_PER_SILENCE)
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#stopping = true
    const ended = this.#runner?.stop().catch(() => undefined) ?? Promise.resolve()
    if (!(await within(ended, graceMs))) {
      this.#abort.abort(new Error('The process is being stopped.'))
      if (!(await within(ended, ABORT_MS)))
        await this.#pool?.forcefulShutdown('The process is being stopped.')
    }
    clearInterval(this.#beat)
    await this.#beating
    if (this.#pool) await this.#db.run(sql`delete from job_nodes where id = ${this.#pool.id}`)
  }

  #taskList(handlers: JobHandlers): TaskList {
    const tasks = Object.entries(handlers).map(([task, handler]) => [
      task,
      async (payload: unknown, { job }: { job: Job }) => {
        await this.#options.before?.()
        await handler(payload as never, {
          jobId: job.id,
          attempt: job.attempts,
          lastAttempt: job.attempts >= job.max_attempts,
          signal: this.#abort.signal,
        }).finally(() => this.#nudgeQueue(job))
      },
    ])
    return Object.fromEntries(tasks) as TaskList
  }

  /** The next job of a queue is free when the end of this one is written; a poll would find it a second later. */
  #nudgeQueue(job: Job): void {
    if (job.job_queue_id === null) return
    setTimeout(() => {
      if (!this.#stopping) this.#pool?.nudge(1)
    }, NUDGE_MS).unref()
  }

  /** graphile-worker gives up when a result could not be written, as when its connection is cut at that moment. */
  async #restart(error: unknown): Promise<void> {
    if (this.#stopping) return
    this.#options.log.error({ err: error }, 'The worker stopped by itself; starting it again')
    clearInterval(this.#beat)
    await sleep(RESTART_MS)
    if (this.#stopping) return
    try {
      await this.#freeJobs()
      if (!this.#stopping) await this.start()
    } catch (again) {
      void this.#restart(again)
    }
  }

  /** Nothing of the pool that ended is in hand any more: what it had taken need not wait until it counts as silent. */
  async #freeJobs(): Promise<void> {
    if (!this.#pool) return
    const { id } = this.#pool
    await this.#db.all(
      sql`select graphile_worker.force_unlock_workers(array[${id}]::text[]) is null as freed`,
    )
    await this.#db.run(sql`delete from job_nodes where id = ${id}`)
  }

  /** A node may wait long for a connection between the two statements, and is alive all the same. */
  async #beatOnce(): Promise<void> {
    const { id } = this.#pool!
    try {
      await this.#db.run(sql`
        insert into job_nodes (id, beat_at) values (${id}, ${NOW})
        on conflict (id) do update set beat_at = excluded.beat_at`)
      await this.#db.all(sql`
        with silent as (
          delete from job_nodes where beat_at < ${before(this.#silentMs)} and id <> ${id} returning id)
        select graphile_worker.force_unlock_workers(array(select id from silent)) is null as freed`)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'The heartbeat of the worker could not be written')
    }
  }
}

const NOW = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const before = (ms: number) =>
  sql`to_char((now() - ${ms}::integer * interval '1 millisecond') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** A fetched batch comes in no order; its workers take it from the front. */
function byRank(a: Job, b: Job): number {
  return a.priority - b.priority || +a.run_at - +b.run_at || Number(a.id) - Number(b.id)
}

/** Facts of graphile-worker's own log may hold payloads, so only its sentences are kept. */
export function workerLogger(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ from: 'graphile-worker' }, message)
  })
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const cut = new AbortController()
  const late = sleep(ms, false, { signal: cut.signal }).catch(() => false)
  const inTime = await Promise.race([work.then(() => true), late])
  cut.abort()
  return inTime
}
