import { Type } from '../../../sdk/index.ts'
import { list, sql, type Queries, type Trx } from '../../db/index.ts'
import { setTimer, type JobRequest, type Jobs } from '../../jobs/index.ts'
import { instant, toMs, type Instant } from '../../kernel/index.ts'
import { defineSetting, readSetting, type Means } from '../../records/index.ts'

const hour = Type.Integer({ minimum: 0, maximum: 23 })
const scopes = ['installation', 'brand'] as const

/** From this hour of the client's day on nobody is dunned; the same hour in both means that there is no quiet time. */
export const quietFrom = defineSetting({ key: 'billing.quiet_from', schema: hour, preset: 0, scopes })
export const quietUntil = defineSetting({ key: 'billing.quiet_until', schema: hour, preset: 0, scopes })

export interface QuietHours {
  from: number
  until: number
}

/** Offsets of all zones are multiples of this, so a step of it meets the first moment of every hour. */
const STEP_MS = 15 * 60_000

/** The first moment from `now` on at which the clock of the zone shows no quiet hour: `now` itself by day. */
export function outsideQuiet(now: Instant, zone: string, { from, until }: QuietHours): Instant {
  if (from === until) return now
  const hourAt = hoursOf(zone)
  const isQuiet = (ms: number) => {
    const at = hourAt(ms)
    return from < until ? at >= from && at < until : at >= from || at < until
  }
  const start = toMs(now)
  if (!isQuiet(start)) return now
  let ms = Math.ceil(start / STEP_MS) * STEP_MS
  while (isQuiet(ms)) ms += STEP_MS
  return instant(ms)
}

function hoursOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' })
  return (ms) => Number(format.format(ms))
}

/** When somebody of the zone may be dunned: now, or at the end of the night. Each zone is worked out once. */
export async function quietPlan(
  means: Pick<Means, 'business'>,
  queries: Queries,
  brandId: string,
): Promise<(zone: string) => Instant> {
  const hours = {
    from: await readSetting(queries, quietFrom, { brand: brandId }),
    until: await readSetting(queries, quietUntil, { brand: brandId }),
  }
  const now = means.business.now()
  const known = new Map<string, Instant>()
  return (zone) => {
    let at = known.get(zone)
    if (at === undefined) known.set(zone, (at = outsideQuiet(now, zone, hours)))
    return at
  }
}

export interface Dunned {
  brandId: string
  clientId: string
  job: JobRequest & { key: string }
}

/** Enters jobs that reach a client: now, or as timers for the end of the quiet hours where the client lives. */
export async function enterByDay(means: Means, trx: Trx, dunned: readonly Dunned[]): Promise<void> {
  if (dunned.length === 0) return
  const now = means.business.now()
  const zones = await zonesOf(trx, dunned)
  const plans = new Map<string, (zone: string) => Instant>()
  const due: JobRequest[] = []
  for (const { brandId, clientId, job } of dunned) {
    let plan = plans.get(brandId)
    if (!plan) plans.set(brandId, (plan = await quietPlan(means, trx, brandId)))
    const dueAt = plan(zones.get(clientId) ?? 'UTC')
    if (dueAt === now) due.push(job)
    else
      await setTimer(trx, {
        ...{ id: means.newId('tmr'), task: job.task, key: `day/${job.key}` },
        ...{ dueAt, payload: job.payload, now },
      })
  }
  await means.jobs.enqueue(trx, due)
}

/** Jobs of one client that wait for its day. */
export const jobsByDay = (means: Means, of: { brandId: string; clientId: string; key: string }): Jobs => ({
  enqueue: (trx, requests) =>
    enterByDay(
      means,
      trx,
      requests.map((job, i) => ({ ...of, job: { ...job, key: `${of.key}/${i}` } })),
    ),
})

async function zonesOf(trx: Trx, dunned: readonly Dunned[]): Promise<Map<string, string>> {
  const ids = [...new Set(dunned.map(({ clientId }) => clientId))]
  const rows = await trx.all<{ id: string; zone: string }>(
    sql`select id, zone from clients where id in (${list(ids)})`,
  )
  return new Map(rows.map(({ id, zone }) => [id, zone]))
}
