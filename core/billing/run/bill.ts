import { sql } from '../../db/index.ts'
import { addDays, daysBetween, maxDay, systemActor, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { BillableSource } from '../billable-source.ts'
import type { OverdueServices } from '../ports.ts'
import { chargeDue } from './charge-due.ts'
import { sanctionOverdue } from './overdue.ts'
import { sendReminders } from './reminders.ts'
import { runRenewals } from './run-renewals.ts'
import { countsOf, type RunCounts } from './run-row.ts'

export interface BillingDeps {
  means: Means
  sources: readonly BillableSource[]
  services: OverdueServices
}

export interface DayReport extends RunCounts {
  on: IsoDate
  status: string
  charges: number
  reminders: number
  suspended: number
  terminated: number
  ended: number
}

/** Days that a long sleep of the installation may cost: older ones are covered by the first day that is run. */
const CATCH_UP_DAYS = 45

const actor = systemActor('billing_run')

/** Everything that money does on a day, in the order in which it may depend on each other. Safe to repeat. */
export async function billDay(deps: BillingDeps, on: IsoDate, signal?: AbortSignal): Promise<DayReport> {
  const { means, sources, services } = deps
  const ended = await services.endCancelled(on)
  const run = await runRenewals(means, { sources, asOfOn: on, actor, ...(signal ? { signal } : {}) })
  const charges = await chargeDue(means, on)
  const reminders = await sendReminders(means, on, actor)
  const sanctions = await sanctionOverdue(means, services, on, actor)
  if (run.status !== 'running') await markDone(means, on)
  return {
    on,
    status: run.status,
    ...countsOf(run),
    charges,
    reminders,
    ...sanctions,
    ended,
  }
}

/** Runs every day since the last completed one, in order, up to and including `until`. */
export async function billUntil(
  deps: BillingDeps,
  until: IsoDate,
  signal?: AbortSignal,
): Promise<DayReport[]> {
  const reports: DayReport[] = []
  for (let day = await firstDay(deps.means, until); day <= until && !signal?.aborted; day = addDays(day, 1)) {
    reports.push(await billDay(deps, day, signal))
  }
  return reports
}

async function firstDay(means: Means, until: IsoDate): Promise<IsoDate> {
  const last = await means.db.get<{ on: IsoDate | null }>(
    sql`select max(period) as "on" from automated_acts where task = ${DAY_TASK} and subject = 'installation' and period <= ${until}`,
  )
  if (!last?.on) return until
  if (daysBetween(last.on, until) === 0) return until
  return maxDay(addDays(last.on, 1), addDays(until, -CATCH_UP_DAYS))
}

const DAY_TASK = 'billing.day'

/** Written when every step of the day has run: a day that was killed half-way is run again as a whole. */
async function markDone(means: Means, on: IsoDate): Promise<void> {
  await means.db.run(sql`
    insert into automated_acts (task, subject, period, outcome, acted_at) values (${DAY_TASK}, 'installation', ${on}, 'done', ${means.business.now()})
    on conflict (task, subject, period) do nothing`)
}

/** Whether everything of the day has been done. */
export async function isDayDone(means: Means, on: IsoDate): Promise<boolean> {
  return (
    (await means.db.get(
      sql`select period from automated_acts where task = ${DAY_TASK} and subject = 'installation' and period = ${on}`,
    )) !== undefined
  )
}
