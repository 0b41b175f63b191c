import type { ChangeInput, ProvisionInput, ReleaseInput, SuspendInput } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { BerthError } from '../kernel/index.ts'
import { loadTarget } from './delivery-target.ts'
import { NothingAtProvider } from './errors.ts'
import type { Work } from './load.ts'
import type { ProviderMeans } from './ports.ts'
import { toldReason, type HoldRow } from './rows.ts'

const DETAIL_MAX = 2_000

/** One call of a delivery, written down with its time and its answer without secrets, whatever happens. */
export async function callProvider<T extends object>(
  means: ProviderMeans,
  { delivery, service }: Work,
  operation: string,
): Promise<T> {
  if (service.instance_id === null) throw NothingAtProvider({ id: service.id })
  const target = await loadTarget(means.db, service, delivery.server_id)
  const input = { ...target, ...(await besideTarget(means.db, { delivery, service }, operation)) }
  const started = means.clock.ms()
  const options = {
    deadline: 'job' as const,
    // Service, action and generation: the same effect asked for again has the same key.
    requestId: `${service.id}:${delivery.action}:${delivery.generation}`,
    serverId: target.server.id,
  }
  const note = (outcome: string, detail: unknown) =>
    means.db.insert('delivery_calls', [
      {
        id: means.newId('dlc'),
        delivery_id: delivery.id,
        operation,
        outcome,
        detail: masked(detail),
        duration_ms: Math.max(0, Math.round(means.clock.ms() - started)),
        occurred_at: means.business.now(),
      },
    ])
  try {
    const answer = await means.plugins.call<T>(service.instance_id, 'provisioner', operation, input, options)
    const { outcome, state } = answer as { outcome?: string; state?: string }
    await note(outcome ?? state ?? 'answered', answer)
    return answer
  } catch (error) {
    await note(error instanceof BerthError ? error.code : 'error', { message: messageOf(error) })
    throw error
  }
}

/**
 * What a changing call carries beside its target. The key is the delivery's, so every try of it has the same one; the
 * removal of what a creation has made is another act than the creation.
 */
async function besideTarget(
  queries: Queries,
  { delivery, service }: Work,
  operation: string,
): Promise<Omit<ChangeInput & Partial<SuspendInput & ReleaseInput>, keyof ProvisionInput> | null> {
  if (operation === 'describe') return null
  const key = { idempotency_key: `${delivery.id}:${operation}` }
  if (operation === 'release')
    return { ...key, ...(delivery.reason === null ? {} : { reason: toldReason(delivery.reason) }) }
  if (operation !== 'suspend') return key
  const holds = await queries.all<Pick<HoldRow, 'reason' | 'note'>>(
    sql`select reason, note from service_holds where service_id = ${service.id} order by placed_at, reason`,
  )
  const note = holds.find((hold) => hold.note !== null)?.note
  return {
    ...key,
    reasons: [...new Set(holds.map(({ reason }) => toldReason(reason)))],
    ...(note ? { note } : {}),
  }
}

/** Values of secrets are left out; texts lose what looks like a password, key or token. */
export function masked(detail: unknown): string {
  const text = JSON.stringify(detail, (key, value: unknown) => {
    if (key === 'access' && Array.isArray(value)) return (value as AccessLike[]).map(hideSecret)
    return typeof value === 'string' ? maskedText(value) : value
  })
  return text.slice(0, DETAIL_MAX)
}

interface AccessLike {
  kind?: string
  label?: string
  value?: string
}

const hideSecret = (detail: AccessLike): AccessLike =>
  detail.kind === 'secret' ? { ...detail, value: '(hidden)' } : detail

/** A text without what looks like a password, key or token. */
export function maskedText(text: string): string {
  return text
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 (hidden)')
    .replace(
      /\b(password|passwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
      '$1$2(hidden)',
    )
    .replace(/:\/\/[^\s/@:]+:[^\s/@]+@/g, '://(hidden)@')
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
