import type { CapacityReport, ServerInput } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { BerthError, instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { ProviderMeans } from './ports.ts'
import type { ServerRow } from './rows.ts'

/** So long what a server told counts, by the business clock: two of the longest rounds. */
const COUNTS_MS = 2 * 60 * 60_000

/** Asks a server for its capacity and keeps the answer. Without one, what was told before holds until it is too old. */
export async function readCapacity(means: ProviderMeans, server: ServerRow): Promise<void> {
  const report = await askCapacity(means, server)
  if (report === null) return
  await means.db.run(sql`
    update servers set told_capacity = ${JSON.stringify(report)}, told_free = ${freeIn(report)},
      told_full = ${JSON.stringify(report.full_places ?? [])}, told_at = ${means.business.now()}
    where id = ${server.id}`)
}

async function askCapacity(means: ProviderMeans, server: ServerRow): Promise<CapacityReport | null> {
  const { id, instance_id: instance } = server
  const input: ServerInput = {
    server: { id, settings: JSON.parse(server.settings) as Record<string, unknown> },
  }
  try {
    const options = { deadline: 'act', serverId: id } as const
    return await means.plugins.call<CapacityReport>(instance, 'provisioner', 'capacity', input, options)
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    means.log.warn({ server: id, error: error.message }, 'A server did not tell its capacity')
    return null
  }
}

/** What was told too long ago counts no more: then the places that staff set decide alone. */
export async function forgetCapacities(means: Means): Promise<void> {
  const before = instant(Date.parse(means.business.now()) - COUNTS_MS)
  await means.db.run(sql`
    update servers set told_capacity = null, told_free = null, told_full = '[]', told_at = null
    where told_at < ${before}`)
}

/** Accounts that still fit: none where a resource is used up; null without any limit. A percentage is a load that passes. */
export function freeIn({ accounts, resources }: CapacityReport): number | null {
  const isUsedUp = resources.some(
    ({ unit, used, limit }) => unit !== 'percent' && limit !== null && used >= limit,
  )
  if (isUsedUp) return 0
  return accounts.limit === null ? null : Math.max(0, accounts.limit - accounts.used)
}
