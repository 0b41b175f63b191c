import { sql } from '../db/index.ts'
import type { JobHandlers } from '../jobs/index.ts'
import { instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'

const DAY_MS = 86_400_000
const KEPT_DAYS = { ended: 30, history: 365 }

/** The job "identity.sweep", once a day: what is over is deleted, the sign-in history after a year. */
export function identityJobs(means: Means): JobHandlers {
  return { 'identity.sweep': () => sweepIdentity(means) }
}

export async function sweepIdentity(means: Means): Promise<void> {
  const before = (days: number) => instant(means.clock.ms() - days * DAY_MS)
  const ended = before(KEPT_DAYS.ended)
  await means.db.run(sql`delete from rate_limits where window_ends_at <= ${means.clock.now()}`)
  await means.db.run(sql`delete from one_time_tokens where expires_at < ${ended}`)
  await means.db.run(
    sql`delete from sessions where expires_at < ${ended} or ends_by < ${ended} or ended_at < ${ended}`,
  )
  await means.db.run(sql`delete from sign_ins where occurred_at < ${before(KEPT_DAYS.history)}`)
}
