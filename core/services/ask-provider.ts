import {
  type PowerInput,
  type ProvisionInput,
  type ProvisionOutcome,
  Type,
  type UsageReport,
} from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { BerthError, instant, type Instant } from '../kernel/index.ts'
import type { DeadlineClass } from '../plugins/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { loadTarget } from './delivery-target.ts'
import { NothingAtProvider, ProviderRefused, ServiceNotLive } from './errors.ts'
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
  const report = await ask<UsageReport>(means, service, { operation: 'usage', deadline })
  return keepUsage(means, service.id, report)
}

/** Starts, stops, restarts or kills the thing that was sold. */
export const sendPower = defineVerb(
  {
    permission: 'service.power',
    audience: ['client', 'staff'],
    input: Type.Object({
      service_id: Type.String(),
      signal: Type.Enum({ start: 'start', stop: 'stop', restart: 'restart', kill: 'kill' } as const),
    }),
  },
  async (means: ProviderMeans, input, actor): Promise<ProvisionOutcome['outcome']> => {
    const service = await findService(means.db, actor, { id: input.service_id, right: 'service.power' })
    if (service.delivery_status !== 'live')
      throw ServiceNotLive({ id: service.id, state: service.delivery_status })
    const { signal } = input
    const outcome = await ask<ProvisionOutcome>(means, service, {
      operation: 'power',
      deadline: 'act',
      extra: { signal, idempotency_key: means.newId('sva') },
    })
    await means.db.transaction(async (trx) => {
      const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
      const after = { signal, outcome: outcome.outcome }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'service.power', after }])
      // What was read before says nothing about the time after.
      await trx.run(sql`delete from service_usage where service_id = ${service.id}`)
    })
    if (outcome.outcome === 'failed')
      throw ProviderRefused({ operation: signal, code: outcome.code, message: outcome.message })
    return outcome.outcome
  },
)

interface Question {
  operation: 'usage' | 'power'
  deadline: DeadlineClass
  extra?: Omit<PowerInput, keyof ProvisionInput>
}

async function ask<T>(means: ProviderMeans, service: ServiceRow, question: Question): Promise<T> {
  if (service.instance_id === null || service.server_id === null) throw NothingAtProvider({ id: service.id })
  const input = { ...(await loadTarget(means.db, service, service.server_id)), ...question.extra }
  const options = { deadline: question.deadline, serverId: service.server_id }
  return means.plugins.call<T>(service.instance_id, 'provisioner', question.operation, input, options)
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
