import type { Trx } from '../db/index.ts'
import type { Actor, BusinessClock, IdMaker } from '../kernel/index.ts'

export interface AuditEntry {
  /** "invoice.void": the permission's own words. */
  action: string
  subject: string
  brandId?: string | null
  clientId?: string | null
  before?: unknown
  after?: unknown
  reason?: string | null
}

export interface AuditMeans {
  business: BusinessClock
  newId: IdMaker
}

/** Who did what, with the state before and after, in the transaction of the act itself. */
export async function recordAudit(
  means: AuditMeans,
  trx: Trx,
  actor: Actor,
  entries: readonly AuditEntry[],
): Promise<void> {
  const now = means.business.now()
  await trx.insert(
    'audit',
    entries.map((entry) => ({
      id: means.newId('aud'),
      action: entry.action,
      subject: entry.subject,
      actor: actor.id,
      brand_id: entry.brandId ?? null,
      client_id: entry.clientId ?? null,
      before_state: asJson(entry.before),
      after_state: asJson(entry.after),
      reason: entry.reason ?? null,
      request_id: actor.requestId ?? null,
      address: actor.address ?? null,
      occurred_at: now,
    })),
  )
}

/** Sums are bigints, which JSON does not know: looking for them costs less than the refusal does. */
function asJson(value: unknown): string | null {
  if (value === undefined || value === null) return null
  try {
    return JSON.stringify(withSums(value))
  } catch {
    return JSON.stringify(value, (_key, inner: unknown) => (isSum(inner) ? inner.toString() : inner))
  }
}

const isSum = (value: unknown): value is bigint => typeof value === 'bigint'

/** Most sums stand at the top, where they are replaced for less than by asking for each value there is. */
function withSums(value: object): object {
  if (Array.isArray(value) || !Object.values(value).some(isSum)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([key, inner]) => [key, isSum(inner) ? inner.toString() : inner]))
}
