import { sql, type Db, type Queries, type Trx } from '../db/index.ts'
import type { BusinessClock, Instant } from '../kernel/index.ts'
import type { Jobs, Json } from './jobs.ts'

/** Work for later by the business clock. One row a key: setting it again moves it. */
export interface Timer {
  id: string
  task: string
  key: string
  dueAt: Instant
  payload: Json
  /** The queue of the job that it becomes. */
  queue?: string
  now: Instant
}

export async function setTimer(trx: Trx, timer: Timer): Promise<void> {
  const payload = JSON.stringify(timer.payload)
  await trx.run(sql`
    insert into timers (id, task, timer_key, payload, queue, due_at, created_at)
    values (${timer.id}, ${timer.task}, ${timer.key}, ${payload}, ${timer.queue ?? null}, ${timer.dueAt}, ${timer.now})
    on conflict (timer_key) do update set due_at = excluded.due_at, payload = excluded.payload, task = excluded.task,
      queue = excluded.queue`)
}

export async function clearTimer(trx: Trx, key: string): Promise<void> {
  await trx.run(sql`delete from timers where timer_key = ${key}`)
}

export interface PumpMeans {
  db: Db
  business: BusinessClock
  jobs: Jobs
}

const BATCH = 500

/**
 * Turns due timers into jobs and answers how many. Deleting is claiming: of two nodes one gets the row, and a timer that
 * is moved meanwhile stays.
 */
export async function pumpTimers(means: PumpMeans): Promise<number> {
  let pumped = 0
  for (;;) {
    const moved = await means.db.transaction((trx) => pumpBatch(means, trx))
    pumped += moved
    if (moved < BATCH) return pumped
  }
}

interface DueTimer {
  id: string
  task: string
  payload: string
  queue: string | null
  due_at: string
}

async function pumpBatch({ business, jobs }: PumpMeans, trx: Trx): Promise<number> {
  const now = business.now()
  const due = await trx.all<DueTimer>(sql`
    delete from timers where due_at <= ${now} and id in (
      select id from timers where due_at <= ${now} order by due_at, id limit ${BATCH})
    returning id, task, payload, queue, due_at`)
  due.sort((a, b) => (a.due_at === b.due_at ? (a.id < b.id ? -1 : 1) : a.due_at < b.due_at ? -1 : 1))
  await jobs.enqueue(
    trx,
    due.map(({ task, payload, queue }) => ({
      task,
      payload: JSON.parse(payload) as Json,
      ...(queue === null ? {} : { queue }),
    })),
  )
  return due.length
}

/** When the next timer is due; null when there is none. */
export async function nextTimer(queries: Queries): Promise<Instant | null> {
  const row = await queries.get<{ due_at: Instant | null }>(sql`select min(due_at) as due_at from timers`)
  return row?.due_at ?? null
}
