import { sql, type Queries } from '../db/index.ts'
import type { HoldRow } from './rows.ts'

/** Services "s" whose order is not marked as fraud. */
export const UNSUSPECTED = sql`not exists (
  select 1 from service_holds h where h.service_id = s.id and h.reason = 'fraud')`

/** The hold of a service whose order is marked as fraud. */
export const suspicion = (
  queries: Queries,
  serviceId: string,
): Promise<Pick<HoldRow, 'placed_at'> | undefined> =>
  queries.get<Pick<HoldRow, 'placed_at'>>(
    sql`select placed_at from service_holds where service_id = ${serviceId} and reason = 'fraud'`,
  )

export const isSuspected = async (queries: Queries, serviceId: string): Promise<boolean> =>
  (await suspicion(queries, serviceId)) !== undefined
