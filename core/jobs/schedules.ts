import { Cron } from 'croner'
import { sql, type Queries } from '../db/index.ts'
import { instant, NotFound, type Instant } from '../kernel/index.ts'
import type { JobHandlers, Json } from './jobs.ts'
import type { PumpMeans } from './timers.ts'

/** Work that returns by the business clock: the billing run, reminders, cleaning up. */
export interface Schedule {
  /** "billing.run": area and verb. */
  name: string
  /** Five fields, minute first, read in UTC. */
  cron: string
  /** Does the work, for whatever time was missed too; its result is shown to staff. Must be repeatable. */
  run(): Promise<Json | void>
}

const TASK = 'schedules.run'

/**
 * Enters a job for each schedule that is due and answers how many. Time that was missed leads to one run. A schedule
 * is moved on by compare-and-swap, so one node of many enters the job, and one that slept through its turn enters none.
 */
export async function pumpSchedules(means: PumpMeans, schedules: readonly Schedule[]): Promise<number> {
  const now = means.business.now()
  const rows = await means.db.all<{ id: string; due_at: Instant }>(sql`select id, due_at from schedules`)
  const dueAt = new Map(rows.map((row) => [row.id, row.due_at]))
  let entered = 0
  for (const schedule of schedules) {
    const due = dueAt.get(schedule.name)
    if (due === undefined) await plant(means, schedule)
    else if (due <= now && (await claim(means, schedule, due))) entered += 1
  }
  return entered
}

async function plant({ db, business }: PumpMeans, schedule: Schedule): Promise<void> {
  const next = nextRun(schedule, business.now())
  await db.run(
    sql`insert into schedules (id, due_at) values (${schedule.name}, ${next}) on conflict (id) do nothing`,
  )
}

function claim({ db, business, jobs }: PumpMeans, schedule: Schedule, due: Instant): Promise<boolean> {
  const now = business.now()
  return db.transaction(async (trx) => {
    const won = await trx.run(sql`
      update schedules set due_at = ${nextRun(schedule, now)}, last_started_at = ${now}
      where id = ${schedule.name} and due_at = ${due}`)
    if (won === 0) return false
    const request = { task: TASK, payload: { name: schedule.name }, key: `schedule:${schedule.name}` }
    await jobs.enqueue(trx, [request])
    return true
  })
}

function nextRun(schedule: Schedule, after: Instant): Instant {
  const next = new Cron(schedule.cron, { timezone: 'UTC', paused: true }).nextRun(new Date(after))
  if (!next) throw new Error(`The schedule "${schedule.name}" (${schedule.cron}) never comes round.`)
  return instant(next)
}

/** The job that runs a schedule and writes down how it went. */
export function scheduleJobs(
  { db, business }: Pick<PumpMeans, 'db' | 'business'>,
  schedules: readonly Schedule[],
): JobHandlers {
  const note = (name: string, outcome: 'done' | 'failed', result: Json) =>
    db.run(sql`
      update schedules set last_ended_at = ${business.now()}, last_outcome = ${outcome}, last_result = ${JSON.stringify(result)}
      where id = ${name}`)
  return {
    [TASK]: async ({ name }: { name: string }) => {
      const schedule = schedules.find((one) => one.name === name)
      if (!schedule) throw NotFound({ what: 'schedule', id: name })
      try {
        const result = await schedule.run()
        await note(name, 'done', result ?? null)
      } catch (error) {
        await note(name, 'failed', { error: error instanceof Error ? error.message : String(error) })
        throw error
      }
    },
  }
}

export interface ScheduleState {
  id: string
  due_at: Instant
  last_started_at: Instant | null
  last_ended_at: Instant | null
  last_outcome: 'done' | 'failed' | null
  last_result: string | null
}

export function listSchedules(queries: Queries): Promise<ScheduleState[]> {
  return queries.all(sql`select * from schedules order by id`)
}
