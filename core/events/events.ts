import type { Trx } from '../db/index.ts'
import type { Jobs, Json } from '../jobs/index.ts'
import { causeIn, noteRecorded } from './causes.ts'
import type { Actor, BusinessClock, IdMaker } from '../kernel/index.ts'

export interface NewEvent {
  /** Taken before, by whoever had it lead to other events already; else a new one. */
  id?: string
  /** "invoice.issued" */
  type: string
  subject: string
  brandId?: string | null
  clientId?: string | null
  /** The public body, versioned: what webhooks and plugins get. */
  body: { [key: string]: Json | undefined }
  version?: number
  /** Event or request that led to this one; absent: that of the transaction or of who acts. */
  cause?: string | null
}

export interface EventMeans {
  business: BusinessClock
  newId: IdMaker
  jobs: Jobs
}

/** Of one job, unless they were recorded together: what fails is tried again alone. */
const TOGETHER_MAX = 100
/** Recorded in a transaction that has not ended. */
const undelivered = new WeakMap<Trx, string[]>()

/** Writes events in the verb's own transaction, at whose end one job is entered that delivers all of them. */
export async function recordEvents(
  means: EventMeans,
  trx: Trx,
  actor: Actor,
  events: readonly NewEvent[],
): Promise<string[]> {
  if (events.length === 0) return []
  const now = means.business.now()
  const rows = events.map((event) => ({
    id: event.id ?? means.newId('evt'),
    type: event.type,
    version: event.version ?? 1,
    brand_id: event.brandId ?? null,
    client_id: event.clientId ?? null,
    subject: event.subject,
    actor: actor.id,
    cause: event.cause ?? causeIn(trx) ?? actor.cause ?? actor.requestId ?? null,
    occurred_at: now,
    body: JSON.stringify(event.body),
  }))
  await trx.insert('events', rows)
  noteRecorded(trx, rows)
  const ids = rows.map((row) => row.id)
  deliverLater(means, trx, ids)
  return ids
}

function deliverLater(means: EventMeans, trx: Trx, ids: readonly string[]): void {
  const others = undelivered.get(trx)
  if (others && others.length + ids.length <= TOGETHER_MAX) {
    others.push(...ids)
    return
  }
  const all = [...ids]
  undelivered.set(trx, all)
  trx.beforeCommit(() =>
    means.jobs.enqueue(trx, [{ task: 'events.deliver', payload: { ids: all }, priority: 0 }]),
  )
}

export function recordEvent(means: EventMeans, trx: Trx, actor: Actor, event: NewEvent): Promise<string[]> {
  return recordEvents(means, trx, actor, [event])
}
