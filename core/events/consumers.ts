import { list, sql, type Db, type Trx } from '../db/index.ts'
import { causedBy } from './causes.ts'
import type { Json } from '../jobs/index.ts'
import type { Clock, Instant } from '../kernel/index.ts'

export interface StoredEvent {
  id: string
  type: string
  version: number
  brand_id: string | null
  client_id: string | null
  subject: string
  actor: string
  cause: string | null
  occurred_at: Instant
  body: { [key: string]: Json | undefined }
}

/** Hears events exactly once: its work and its receipt are one transaction. Work outside the database is enqueued. */
export interface Consumer {
  name: string
  types: readonly string[]
  /** Further types, where that can change while we run. */
  listens?(type: string): boolean
  handle(trx: Trx, event: StoredEvent): Promise<void>
}

export interface DeliveryMeans {
  db: Db
  clock: Clock
}

/** The job "events.deliver": each consumer alone, so that one that fails is tried again without the others. */
export async function deliverEvents(
  means: DeliveryMeans,
  consumers: readonly Consumer[],
  ids: readonly string[],
): Promise<void> {
  const rows = await means.db.all<Omit<StoredEvent, 'body'> & { body: string }>(
    sql`select * from events where id in (${list(ids)}) order by id`,
  )
  const failures: unknown[] = []
  for (const row of rows) {
    const event: StoredEvent = { ...row, body: JSON.parse(row.body) as StoredEvent['body'] }
    for (const consumer of consumers) {
      if (!hears(consumer, event.type)) continue
      await deliverOnce(means, consumer, event).catch((error: unknown) => failures.push(error))
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} event consumers failed: ${String(failures[0])}`)
}

const hears = (consumer: Consumer, type: string): boolean =>
  consumer.types.includes(type) || (consumer.listens?.(type) ?? false)

async function deliverOnce(means: DeliveryMeans, consumer: Consumer, event: StoredEvent): Promise<void> {
  const deliver = async (trx: Trx) => {
    const fresh = await trx.run(sql`
      insert into event_receipts (event_id, consumer, handled_at) values (${event.id}, ${consumer.name}, ${means.clock.now()})
      on conflict (event_id, consumer) do nothing`)
    if (fresh === 0) return
    causedBy(trx, event.id)
    await consumer.handle(trx, event)
  }
  await means.db.transaction(deliver, { brief: true })
}
