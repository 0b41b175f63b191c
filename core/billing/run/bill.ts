import { sql } from '../../db/index.ts'
import { addDays, daysBetween, maxDay, systemActor, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import type { BillableSource } from '../billable-source.ts'
import type { BilledDay, OverdueServices } from '../ports.ts'
import { remindExpiring } from '../dunning/remind-expiring.ts'
import { expireCredit } from '../credit/expire-credit.ts'
import { topUpDue } from '../credit/top-up.ts'
import { watchAuthorisations } from '../authorisations/watch-authorisations.ts'
import { breakInstalments } from '../instalments/break-instalments.ts'
import { chargeDue } from './charge-due.ts'
import { chargeLateFees } from './charge-late-fees.ts'
import { sanctionOverdue } from './overdue.ts'
import { demandDatabase, noteFailure } from './each-by-itself.ts'
import { OWING } from './owing-rules.ts'
import { sendReminders } from './reminders.ts'
import { runRenewals } from './run-renewals.ts'
import { addCounts, countsOf, NOTHING_COUNTED, type RunCounts } from './run-row.ts'
import { billedZones, type BilledZone } from './zones.ts'

export interface BillingDeps {
  means: Means
  sources: readonly BillableSource[]
  services: OverdueServices
}

export interface DayReport extends RunCounts {
  on: IsoDate
  zone: string
  /** That of its renewals; "failed" when a step of the day was left out, which is run again with the next run. */
  status: string
  charges: number
  reminders: number
  lateFees: number
  suspended: number
  terminated: number
  ended: number
}

/** Days that a long sleep of the installation may cost: older ones are covered by the first day that is run. */
const CATCH_UP_DAYS = 45

const actor = systemActor('billing_run')

/** Bills one day for the brands of every zone, and answers for all of them together. */
export async function billDay(deps: BillingDeps, on: IsoDate, signal?: AbortSignal): Promise<DayReport> {
  const reports: DayReport[] = []
  for (const zone of await billedZones(deps.means.db))
    reports.push(await billZone(deps, { zone, on }, signal))
  return reports.reduce(together)
}

const STATUSES = ['completed', 'completed_with_exceptions', 'running', 'failed']

function together(a: DayReport, b: DayReport): DayReport {
  const totals = new Map(Object.entries(b.totals).map(([currency, minor]) => [currency, BigInt(minor)]))
  return {
    ...{ on: a.on, zone: `${a.zone}, ${b.zone}` },
    status: STATUSES.indexOf(a.status) > STATUSES.indexOf(b.status) ? a.status : b.status,
    ...addCounts(a, { ...b, totals }),
    charges: a.charges + b.charges,
    reminders: a.reminders + b.reminders,
    lateFees: a.lateFees + b.lateFees,
    suspended: a.suspended + b.suspended,
    terminated: a.terminated + b.terminated,
    ended: a.ended + b.ended,
  }
}

/** Bills each zone up to its own present day, every day since its last completed one. */
export async function billToday(deps: BillingDeps, signal?: AbortSignal): Promise<DayReport[]> {
  const reports: DayReport[] = []
  for (const zone of await billedZones(deps.means.db)) {
    const today = deps.means.business.today(zone.zone)
    reports.push(...(await billZoneUntil(deps, { zone, until: today }, signal)))
  }
  return reports
}

/** Runs every day since the last completed one, in order, up to and including `until`, for the brands of every zone. */
export async function billUntil(
  deps: BillingDeps,
  until: IsoDate,
  signal?: AbortSignal,
): Promise<DayReport[]> {
  const reports: DayReport[] = []
  for (const zone of await billedZones(deps.means.db))
    reports.push(...(await billZoneUntil(deps, { zone, until }, signal)))
  return reports
}

/** Zones whose present day has not been billed yet. */
export async function zonesToBill(means: Means): Promise<BilledZone[]> {
  const open: BilledZone[] = []
  for (const zone of await billedZones(means.db))
    if (!(await isDayDone(means, zone, means.business.today(zone.zone)))) open.push(zone)
  return open
}

async function billZoneUntil(
  deps: BillingDeps,
  { zone, until }: { zone: BilledZone; until: IsoDate },
  signal?: AbortSignal,
): Promise<DayReport[]> {
  const reports: DayReport[] = []
  for (
    let on = await firstDay(deps.means, zone, until);
    on <= until && !signal?.aborted;
    on = addDays(on, 1)
  ) {
    reports.push(await billZone(deps, { zone, on }, signal))
    // A day after it that is done would cover what was left out of this one.
    if (reports.at(-1)!.status === 'failed') break
  }
  return reports
}

/**
 * Everything that money does on a day, in the order in which it may depend on each other. Safe to repeat. A step that
 * throws is left out, and the other steps and zones go on; but nobody pays a fee or is suspended on a day on which
 * charges or reminders could not be entered.
 */
async function billZone(
  deps: BillingDeps,
  { zone, on }: { zone: BilledZone; on: IsoDate },
  signal?: AbortSignal,
): Promise<DayReport> {
  const { means, sources, services } = deps
  const day = { on, brandIds: zone.brandIds }
  const { step, failed } = stepsOf(means, zone)
  const ended = await step('end_cancelled', 0, () => services.endCancelled(day))
  await step('expire_credit', 0, () => expireCredit(means, day, actor))
  const renewals = { sources, asOfOn: on, zone, actor, ...(signal ? { signal } : {}) }
  const run = await step('renewals', null, () => runRenewals(means, renewals))
  await step('top_up', 0, () => topUpDue(means, day))
  await step('remind_expiring', 0, () => remindExpiring(means, day))
  await step('break_instalments', null, () => breakInstalments(means, day, actor))
  await step('watch_authorisations', 0, () => watchAuthorisations(means, day, actor))
  const charges = await step('charges', 0, () => chargeDue(means, day))
  const reminders = await step('reminders', 0, () => sendReminders(means, day, actor))
  const late = isWarned(failed) ? await sanction(deps, { day, step }) : NOT_SANCTIONED
  if (run && run.status !== 'running' && failed.size === 0) await markDone(means, zone, on)
  const status = failed.size > 0 ? 'failed' : run!.status
  const counts = run ? countsOf(run) : NOTHING_COUNTED
  return { on, zone: zone.zone, status, ...counts, charges, reminders, ...late, ended }
}

const isWarned = (failed: ReadonlySet<string>): boolean => !failed.has('charges') && !failed.has('reminders')

const NOT_SANCTIONED = { lateFees: 0, suspended: 0, terminated: 0 }

type Step = <T>(name: string, without: T, act: () => Promise<T>) => Promise<T>

async function sanction(
  { means, services }: BillingDeps,
  { day, step }: { day: BilledDay; step: Step },
): Promise<typeof NOT_SANCTIONED> {
  const rules = await step('rules', null, () => scopedSettings(means.db, OWING))
  if (!rules) return NOT_SANCTIONED
  const owing = { ...day, rules }
  const lateFees = await step('late_fees', 0, () => chargeLateFees(means, owing, actor))
  const without = { suspended: 0, terminated: 0 }
  return {
    lateFees,
    ...(await step('sanctions', without, () => sanctionOverdue(means, services, owing, actor))),
  }
}

/** Runs steps of a zone each by itself, and remembers which of them failed. */
function stepsOf(means: Means, { zone }: BilledZone): { step: Step; failed: Set<string> } {
  const failed = new Set<string>()
  const step: Step = async (name, without, act) => {
    try {
      return await act()
    } catch (error) {
      demandDatabase(error)
      failed.add(name)
      const at = { id: `${zone} ${name}`, failure: 'billing.step_failed', url: '/admin/billing' }
      await noteFailure(means, { ...at, actor }, error)
      return without
    }
  }
  return { step, failed }
}

const DAY_TASK = 'billing.day'
/** Under this name stand the days of before each zone had its own run. */
const ALL_ZONES = 'installation'

async function firstDay(means: Means, { zone }: BilledZone, until: IsoDate): Promise<IsoDate> {
  const last = await means.db.get<{ on: IsoDate | null }>(
    sql`select max(period) as "on" from automated_acts where task = ${DAY_TASK} and subject in (${zone}, ${ALL_ZONES}) and period <= ${until}`,
  )
  if (!last?.on) return until
  if (daysBetween(last.on, until) === 0) return until
  return maxDay(addDays(last.on, 1), addDays(until, -CATCH_UP_DAYS))
}

/** Written when every step of the day has run: a day that was killed half-way is run again as a whole. */
async function markDone(means: Means, { zone }: BilledZone, on: IsoDate): Promise<void> {
  await means.db.run(sql`
    insert into automated_acts (task, subject, period, outcome, acted_at) values (${DAY_TASK}, ${zone}, ${on}, 'done', ${means.business.now()})
    on conflict (task, subject, period) do nothing`)
}

/** Whether everything of the day has been done. */
async function isDayDone(means: Means, { zone }: BilledZone, on: IsoDate): Promise<boolean> {
  return (
    (await means.db.get(
      sql`select period from automated_acts where task = ${DAY_TASK} and subject in (${zone}, ${ALL_ZONES}) and period = ${on}`,
    )) !== undefined
  )
}
