import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { steadyMs } from '../kernel/index.ts'
import type { JobHandlers, JobMeans, JobRunner, RunnerOptions } from './jobs.ts'
import { anyReady, freeLocks, freeOwn, takeTurn, type ClaimedJob, type Failure } from './sqlite-claim.ts'
import { openWake } from './wake.ts'

const BATCH = 100
const POLL_MS = 500
/** With a look at the leases of others every third of it, a dead node's jobs are taken over within a minute. */
const SILENT_MS = 42_000
const GRACE_MS = 4_000
/** After the grace time a handler gets this long to hear its signal. */
const ABORT_MS = 500
const PAUSE_AFTER_ERROR_MS = 1_000
const FOR_EVER = '9999-12-31T00:00:00.000Z'

export function createSqliteRunner(
  means: JobMeans,
  handlers: JobHandlers,
  options: RunnerOptions,
): JobRunner {
  return new SqliteRunner(means, handlers, options)
}

class SqliteRunner implements JobRunner {
  readonly #means: JobMeans
  readonly #handlers: JobHandlers
  readonly #options: RunnerOptions
  readonly #tasks: string
  readonly #node: string
  readonly #leaseMs: number
  readonly #abort = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #waiting: ClaimedJob[] = []
  #done: ClaimedJob[] = []
  #failed: Failure[] = []
  /** By the clock that is never set: leases of a runner whose wall clock went back would run out under it. */
  #renewedMs = -Infinity
  #stopping = false
  #rouse: (() => void) | undefined
  #news = false
  #settling: NodeJS.Immediate | undefined
  #loop: Promise<void> | undefined
  #deafen: (() => void) | undefined

  constructor(means: JobMeans, handlers: JobHandlers, options: RunnerOptions) {
    this.#means = means
    this.#handlers = handlers
    this.#options = options
    this.#tasks = JSON.stringify(Object.keys(handlers))
    this.#node = means.newId('job')
    this.#leaseMs = options.silentMs ?? SILENT_MS
  }

  async start(): Promise<void> {
    const { db, clock } = this.#means
    if (this.#options.alone) await db.transaction((trx) => freeLocks(trx, clock, this.#node, FOR_EVER))
    this.#deafen = openWake().hear(() => this.#wake())
    this.#loop = this.#work()
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#stopping = true
    this.#deafen?.()
    this.#wake()
    await this.#loop
    await this.#idle(graceMs)
    this.#abort.abort(new Error('The process is being stopped.'))
    await this.#idle(ABORT_MS)
    await this.#turn(0)
    if (this.#running.size > 0) await freeOwn(this.#means.db, this.#node)
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#news = false
        const claimed = await this.#turn(this.#room())
        this.#startWaiting()
        if (claimed === 0 || this.#running.size > 0) await this.#pause(POLL_MS)
      } catch (error) {
        this.#options.log.error({ err: error }, 'Jobs could not be taken; trying again')
        await sleep(PAUSE_AFTER_ERROR_MS)
      }
    }
  }

  /** A new batch when the last one is started: what waits here cannot run elsewhere. */
  #room(): number {
    const free = this.#concurrency - this.#running.size
    return this.#waiting.length > 0 || free <= 0 ? 0 : BATCH
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? 10
  }

  async #turn(wanted: number): Promise<number> {
    const { db, clock } = this.#means
    const renew = steadyMs() - this.#renewedMs >= this.#leaseMs / 3
    const [done, failed] = [this.#done, this.#failed]
    const returned = this.#stopping ? this.#waiting : []
    if (!renew && done.length + failed.length + returned.length === 0) {
      if (wanted === 0 || !(await anyReady(db, clock, this.#tasks))) return 0
    }
    this.#done = []
    this.#failed = []
    const common = { node: this.#node, leaseMs: this.#leaseMs, tasks: this.#tasks, chance }
    try {
      const claimed = await takeTurn(db, clock, { ...common, done, failed, returned, wanted, renew })
      if (renew) this.#renewedMs = steadyMs()
      this.#waiting = returned.length > 0 ? [] : [...this.#waiting, ...claimed]
      return claimed.length
    } catch (error) {
      this.#done = [...done, ...this.#done]
      this.#failed = [...failed, ...this.#failed]
      throw error
    }
  }

  #startWaiting(): void {
    if (this.#stopping) return
    while (this.#waiting.length > 0 && this.#running.size < this.#concurrency) {
      const work: Promise<void> = this.#run(this.#waiting.shift()!).finally(() => {
        this.#running.delete(work)
        this.#startWaiting()
        this.#settleSoon()
      })
      this.#running.add(work)
    }
  }

  async #run(job: ClaimedJob): Promise<void> {
    try {
      await this.#options.before?.()
      await this.#handlers[job.task]!(JSON.parse(job.payload) as never, {
        jobId: job.id,
        attempt: job.attempts,
        lastAttempt: job.attempts >= job.max_attempts,
        signal: this.#abort.signal,
      })
      this.#done.push(job)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      const facts = { err: error, job: job.id, task: job.task, attempt: job.attempts }
      this.#options.log.warn(facts, 'A job failed')
      this.#failed.push({ job, error: text })
    }
  }

  /** One turn for all that ends in the same round of the event loop. */
  #settleSoon(): void {
    this.#settling ??= setImmediate(() => {
      this.#settling = undefined
      this.#wake()
    })
  }

  #wake(): void {
    this.#news = true
    this.#rouse?.()
  }

  async #pause(ms: number): Promise<void> {
    if (this.#news) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#rouse = undefined
  }

  async #idle(ms: number): Promise<void> {
    if (this.#running.size === 0) return
    const cut = new AbortController()
    const end = sleep(ms, undefined, { signal: cut.signal }).catch(() => undefined)
    await Promise.race([Promise.all(this.#running), end])
    cut.abort()
  }
}

const CHANCES = 1_000_000
const chance = (): number => randomInt(CHANCES) / CHANCES
