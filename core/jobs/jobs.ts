import type { Trx } from '../db/index.ts'

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

/** Runs jobs until it is stopped. */
export interface JobRunner {
  start(): Promise<void>
  /** Finishes the work in hand, at most for `graceMs`, and takes no more. */
  stop(graceMs?: number): Promise<void>
  /** Fulfils when nothing is waiting or running now. For tests and the test clock. */
  drained(): Promise<void>
}
