import type { Instant } from '../kernel/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Json } from './jobs.ts'

/** Work for later by the business clock. One row a key: setting it again moves it. */
export interface Timer {
  id: string
  task: string
  key: string
  dueAt: Instant
  payload: Json
  now: Instant
}

export async function setTimer(trx: Trx, timer: Timer): Promise<void> {
  const payload = JSON.stringify(timer.payload)
  await trx.run(sql`
    insert into timers (id, task, timer_key, payload, due_at, created_at)
    values (${timer.id}, ${timer.task}, ${timer.key}, ${payload}, ${timer.dueAt}, ${timer.now})
    on conflict (timer_key) do update set due_at = excluded.due_at, payload = excluded.payload, task = excluded.task`)
}

export async function clearTimer(trx: Trx, key: string): Promise<void> {
  await trx.run(sql`delete from timers where timer_key = ${key}`)
}
