import { Type, type UsageReport } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { BerthError, instant, type Instant } from '../kernel/index.ts'
import type { DeadlineClass } from '../plugins/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { askThere } from './acts/ask-there.ts'
import { findService } from './load.ts'
import type { ProviderMeans } from './ports.ts'
import type { ServiceRow } from './rows.ts'

/** A page that refreshes itself does not ask the provider more often than this. */
const FRESH_MS = 15_000

export interface Usage {
  report: UsageReport
  readAt: Instant
  /** The provider could not be asked now: this is what it said last. */
  stale: boolean
}

/** How much of the service is used now. Null when the provider never said and cannot be asked. */
export const readUsage = defineVerb(
  {
    permission: 'service.read_usage',
    asksNobody: 'it asks the provider',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  async (means: ProviderMeans, input, actor): Promise<Usage | null> => {
    const service = await findService(means.db, actor, { id: input.service_id, right: 'service.read_usage' })
    const known = await lastUsage(means, service.id)
    if (known && known.readAt > instant(means.clock.ms() - FRESH_MS)) return known
    if (service.delivery_status !== 'live') return known && { ...known, stale: true }
    try {
      return await askUsage(means, service, 'page')
    } catch (error) {
      if (!(error instanceof BerthError)) throw error
      return known && { ...known, stale: true }
    }
  },
)

/** Asks the provider and keeps the answer as what it said last. */
export async function askUsage(
  means: ProviderMeans,
  service: ServiceRow,
  deadline: DeadlineClass,
): Promise<Usage> {
  const report = await askThere<UsageReport>(means, service, { operation: 'usage', deadline })
  return keepUsage(means, service.id, report)
}

async function lastUsage(means: Pick<Means, 'db'>, serviceId: string): Promise<Usage | null> {
  const row = await means.db.get<{ report: string; read_at: Instant }>(
    sql`select report, read_at from service_usage where service_id = ${serviceId}`,
  )
  return row ? { report: JSON.parse(row.report) as UsageReport, readAt: row.read_at, stale: false } : null
}

async function keepUsage(means: Means, serviceId: string, report: UsageReport): Promise<Usage> {
  const readAt = means.clock.now()
  await means.db.run(sql`
    insert into service_usage (service_id, report, read_at) values (${serviceId}, ${JSON.stringify(report)}, ${readAt})
    on conflict (service_id) do update set report = excluded.report, read_at = excluded.read_at`)
  return { report, readAt, stale: false }
}
