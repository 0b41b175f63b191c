import type { UsageReport } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { addMonths, BerthError, isoDate, type IsoDate } from '../kernel/index.ts'
import { readSetting, type Means } from '../records/index.ts'
import { askUsage } from './ask-provider.ts'
import type { ProviderMeans } from './ports.ts'
import type { ServiceRow } from './rows.ts'
import { usageMonths } from './settings.ts'

/** So many services are read in one job. */
const PER_JOB = 10
/** So many of them are asked for at the same time: a panel counts the requests of a minute. */
const AT_ONCE = 2

export interface UsageDay {
  day: IsoDate
  report: UsageReport
}

/** The daily step: forgets what is too old, and begins to read what live services use. Answers how many days went. */
export async function startCollecting(means: Means): Promise<number> {
  const months = await readSetting(means.db, usageMonths)
  const today = means.business.today('UTC')
  const gone = await means.db.run(
    sql`delete from service_usage_days where day < ${addMonths(today, -months)}`,
  )
  await means.db.transaction((trx) => enterNext(means, trx, { day: today, after: '' }))
  return gone
}

interface UsageJob {
  /** Day of the schedule, which tells the rounds apart. */
  day: string
  after: string
}

/** The job "services.collect_usage": a few services, then a job for those after them. A provider that is away is passed over. */
export async function collectUsage(means: ProviderMeans, job: UsageJob): Promise<void> {
  const services = await means.db.all<ServiceRow>(sql`
    select s.* from services s where s.id > ${job.after} and s.delivery_status = 'live'
      and s.instance_id is not null and s.server_id is not null order by s.id limit ${PER_JOB}`)
  for (let i = 0; i < services.length; i += AT_ONCE)
    await Promise.all(services.slice(i, i + AT_ONCE).map((service) => collectOne(means, service)))
  const last = services.at(-1)
  if (last && services.length === PER_JOB)
    await means.db.transaction((trx) => enterNext(means, trx, { day: job.day, after: last.id }))
}

const enterNext = (means: Means, trx: Parameters<Means['jobs']['enqueue']>[0], job: UsageJob) =>
  means.jobs.enqueue(trx, [
    { task: 'services.collect_usage', payload: { ...job }, key: `usage/${job.day}/${job.after}` },
  ])

/** Once for each day of the service's own zone; a round that is repeated asks nobody twice. */
async function collectOne(means: ProviderMeans, service: ServiceRow): Promise<void> {
  const day = means.business.today(service.zone)
  const at = sql`service_id = ${service.id} and day = ${day}`
  if (await means.db.get(sql`select day from service_usage_days where ${at}`)) return
  try {
    const { report, readAt } = await askUsage(means, service, 'act')
    if (!report.available) return
    await means.db.run(sql`
      insert into service_usage_days (service_id, day, report, read_at)
      values (${service.id}, ${day}, ${JSON.stringify(report)}, ${readAt}) on conflict (service_id, day) do nothing`)
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
  }
}

/** The newest days of a service first. */
export async function usageDays(queries: Queries, serviceId: string, most: number): Promise<UsageDay[]> {
  const rows = await queries.all<{ day: string; report: string }>(sql`
    select day, report from service_usage_days where service_id = ${serviceId} order by day desc limit ${most}`)
  return rows.map(({ day, report }) => ({ day: isoDate(day), report: JSON.parse(report) as UsageReport }))
}
