import type { Trx } from '../db/index.ts'
import type { Jobs, Json } from '../jobs/index.ts'
import type { Actor, BusinessClock, IdMaker } from '../kernel/index.ts'

export interface NewEvent {
  /** "invoice.issued" */
  type: string
  subject: string
  brandId?: string | null
  clientId?: string | null
  /** The public body, versioned: what webhooks and plugins get. */
  body: { [key: string]: Json | undefined }
  version?: number
  /** Event, job or request that led to this one. */
  cause?: string | null
}

export interface EventMeans {
  business: BusinessClock
  newId: IdMaker
  jobs: Jobs
}

/** Writes events in the verb's own transaction and enters one delivery job for all of them. */
export async function recordEvents(
  means: EventMeans,
  trx: Trx,
  actor: Actor,
  events: readonly NewEvent[],
): Promise<string[]> {
  if (events.length === 0) return []
  const now = means.business.now()
  const rows = events.map((event) => ({
    id: means.newId('evt'),
    type: event.type,
    version: event.version ?? 1,
    brand_id: event.brandId ?? null,
    client_id: event.clientId ?? null,
    subject: event.subject,
    actor: actor.id,
    cause: event.cause ?? actor.requestId ?? null,
    occurred_at: now,
    body: JSON.stringify(event.body),
  }))
  await trx.insert('events', rows)
  const ids = rows.map((row) => row.id)
  await means.jobs.enqueue(trx, [{ task: 'events.deliver', payload: { ids }, priority: 0 }])
  return ids
}

export function recordEvent(means: EventMeans, trx: Trx, actor: Actor, event: NewEvent): Promise<string[]> {
  return recordEvents(means, trx, actor, [event])
}
