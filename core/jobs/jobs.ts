import type { Db, Trx } from '../db/index.ts'
import type { Clock, IdMaker, Instant } from '../kernel/index.ts'
import type { Log } from '../log/index.ts'

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Work due now. Later work is a timer (timers.ts), which a pump turns into a job by the business clock. */
export interface JobRequest {
  /** "mail.send": area and verb. */
  task: string
  payload: Json
  /** While a job with this key waits or runs, another one is not entered. */
  key?: string
  /** Jobs of one queue run one after another: one server, one plugin instance. */
  queue?: string
  /** Lower runs first; 0 when absent. */
  priority?: number
  /** Default 10. After the last failure the job is dead and waits for staff. */
  maxAttempts?: number
}

export const MAX_ATTEMPTS = 10

export interface Jobs {
  /** Enters jobs in the caller's transaction: they exist exactly when it commits. */
  enqueue(trx: Trx, requests: readonly JobRequest[]): Promise<void>
}

export interface JobContext {
  readonly jobId: string
  /** 1 at the first try. */
  readonly attempt: number
  readonly lastAttempt: boolean
  /** Aborted when the process is asked to stop and the grace time is over. */
  readonly signal: AbortSignal
}

/** Throws to be tried again with back-off. Must be repeatable: a job may run twice when a node dies. */
export type JobHandler = (payload: never, context: JobContext) => Promise<void>

export type JobHandlers = Readonly<Record<string, JobHandler>>

export interface JobMeans {
  db: Db
  /** The system clock: leases and back-off. */
  clock: Clock
  newId: IdMaker
}

/** Runs jobs until it is stopped. */
export interface JobRunner {
  start(): Promise<void>
  /** Finishes the work in hand, at most for `graceMs`, and takes no more. What is cut off runs again elsewhere. */
  stop(graceMs?: number): Promise<void>
}

export interface RunnerOptions {
  log: Log
  /** Jobs that run at the same time in this process; 10 when absent. */
  concurrency?: number
  /** Awaited before each job: a test clock is read again here. */
  before?: () => Promise<void>
  /** A node that has not been heard of for so long is dead, and its jobs go to others. */
  silentMs?: number
  /** The database serves this process only, so that locks found at the start are of the dead. */
  alone?: boolean
}

/** A job that failed for good and waits for staff. */
export interface DeadJob {
  id: string
  task: string
  queue: string | null
  attempts: number
  error: string
  died_at: Instant
  entered_at: Instant
}

/** A job that nobody takes. */
export interface OverdueJob {
  id: string
  task: string
  since: Instant
}

export interface JobEngine extends Jobs {
  /** Makes the tables that are not in our own migrations. Safe to call at each start. */
  install(): Promise<void>
  runner(handlers: JobHandlers, options: RunnerOptions): JobRunner
  /**
   * Fulfils when no job waits for now or runs in any process. Jobs that back off after a failure are not waited for.
   * Rejects after `timeoutMs` with the tasks that are left.
   */
  drained(timeoutMs?: number): Promise<void>
  /** What the jobs of a task carry that are entered and not done: also those that run, back off or are dead. */
  kept(task: string): Promise<Json[]>
  /** Jobs that could have begun before the instant and neither run nor are dead, and those that began before it and run for nobody. */
  overdue(before: Instant): Promise<OverdueJob[]>
  /** The latest first. */
  listDeadJobs(limit: number): Promise<DeadJob[]>
  /** Gives a dead job all its attempts again, from now. */
  retryJob(id: string): Promise<void>
  /** Forgets jobs that died before the instant; answers how many. */
  forgetDeadJobs(before: Instant): Promise<number>
  /**
   * Throws when the job is no longer this run's: its node was silent and another one took it. The number of the
   * attempt is the fence. Call it in the transaction that writes what an outside act has brought.
   */
  assertHeld(trx: Trx, context: Pick<JobContext, 'jobId' | 'attempt'>): Promise<void>
}
