import { sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { findRow } from '../records/index.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'

/** SQLite has one writer; PostgreSQL keeps the row for this transaction. Lock a service before its deliveries. */
export function forUpdate(trx: Trx): Sql {
  return trx.dialect === 'postgres' ? sql`for update` : sql``
}

export async function lockService(trx: Trx, id: string): Promise<ServiceRow> {
  const row = await trx.get<ServiceRow>(sql`select * from services where id = ${id} ${forUpdate(trx)}`)
  if (!row) throw NotFound({ what: 'service', id })
  return row
}

/** The service when the actor may reach it by this right, on the whole client or on this one service. */
export function findService(
  queries: Queries,
  actor: Actor,
  wanted: { id: string; right: string },
): Promise<ServiceRow> {
  const scope = { service: 'id', right: wanted.right }
  return findRow<ServiceRow>(queries, actor, { table: 'services', what: 'service', id: wanted.id, scope })
}

/** As findService, and kept for this transaction. */
export async function lockOwnService(
  trx: Trx,
  actor: Actor,
  wanted: { id: string; right: string },
): Promise<ServiceRow> {
  await findService(trx, actor, wanted)
  return lockService(trx, wanted.id)
}

/** A service and its parts, the whole first. */
export async function lockFamily(trx: Trx, service: ServiceRow): Promise<ServiceRow[]> {
  const parts = await trx.all<ServiceRow>(sql`
    select * from services where parent_id = ${service.id} and billing_status <> 'ended' order by id ${forUpdate(trx)}`)
  return [service, ...parts]
}

export interface Work {
  delivery: DeliveryRow
  service: ServiceRow
}

/** A delivery with its service, both kept; null when there is no such delivery. */
export async function lockWork(trx: Trx, deliveryId: string): Promise<Work | null> {
  const known = await trx.get<{ service_id: string }>(
    sql`select service_id from deliveries where id = ${deliveryId}`,
  )
  if (!known) return null
  const service = await lockService(trx, known.service_id)
  const delivery = await trx.get<DeliveryRow>(
    sql`select * from deliveries where id = ${deliveryId} ${forUpdate(trx)}`,
  )
  return { delivery: delivery!, service }
}
