import type { Db } from '../../core/db/index.ts'
import { MAX_ATTEMPTS, type JobRequest, type Jobs } from '../../core/jobs/index.ts'
import { freeLocks, takeTurn } from '../../core/jobs/sqlite-claim.ts'
import { sqliteJobs } from '../../core/jobs/sqlite-jobs.ts'
import type { Clock, IdMaker } from '../../core/kernel/index.ts'

export interface TakenJob {
  id: string
  task: string
  payload: string
  queue: string | null
  attempts: number
  max_attempts: number
}

/** Where jobs wait. Taking and settling are calls of the story, so nothing happens by itself. */
export interface Queue {
  readonly jobs: Jobs
  take(tasks: readonly string[]): Promise<TakenJob[]>
  settle(done: readonly TakenJob[], failed: readonly { job: TakenJob; error: string }[]): Promise<void>
  /** Locks of the process before are of the dead. */
  takeOver(): Promise<void>
}

interface QueueMeans {
  db: Db
  clock: Clock
  newId: IdMaker
  node: string
  chance: () => number
}

const LEASE_MS = 60_000
const BATCH = 6
const FOR_EVER = '9999-12-31T00:00:00.000Z'

/** The jobs of SQLite as they are: a power cut finds them again. */
export function tableQueue({ db, clock, newId, node, chance }: QueueMeans): Queue {
  const common = { node, leaseMs: LEASE_MS, chance, renew: false, returned: [] }
  return {
    jobs: sqliteJobs({ db, clock, newId }),
    take: (tasks) =>
      takeTurn(db, clock, { ...common, tasks: JSON.stringify(tasks), done: [], failed: [], wanted: BATCH }),
    settle: async (done, failed) =>
      void (await takeTurn(db, clock, { ...common, tasks: '[]', done, failed, wanted: 0 })),
    takeOver: () => db.transaction((trx) => freeLocks(trx, clock, node, FOR_EVER)),
  }
}

/** Jobs of committed transactions in memory, for stories on PostgreSQL: its own queue lives by real time. */
export function memoryQueue(): Queue {
  let waiting: (TakenJob & { key: string | undefined })[] = []
  let count = 0
  const enter = ({ task, payload, key, queue, maxAttempts }: JobRequest) => {
    if (key !== undefined && waiting.some((job) => job.key === key)) return
    const max_attempts = maxAttempts ?? MAX_ATTEMPTS
    const id = `job_${++count}`
    waiting.push({
      id,
      task,
      key,
      payload: JSON.stringify(payload),
      queue: queue ?? null,
      attempts: 0,
      max_attempts,
    })
  }
  return {
    jobs: {
      enqueue: (trx, requests) => Promise.resolve(trx.afterCommit(() => requests.forEach(enter))),
    },
    take: () => {
      const taken = waiting.slice(0, BATCH).map((job) => ({ ...job, attempts: job.attempts + 1 }))
      return Promise.resolve(taken)
    },
    settle: (done, failed) => {
      const ended = new Set([...done, ...failed.map(({ job }) => job)].map(({ id }) => id))
      const again = failed
        .map(({ job }) => job)
        .filter(({ attempts, max_attempts }) => attempts < max_attempts)
      const keys = new Map(waiting.map((job) => [job.id, job.key]))
      waiting = waiting.filter(({ id }) => !ended.has(id))
      waiting.push(...again.map((job) => ({ ...job, key: keys.get(job.id) })))
      return Promise.resolve()
    },
    takeOver: () => Promise.resolve(),
  }
}
