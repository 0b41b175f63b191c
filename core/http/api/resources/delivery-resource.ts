import { findRow } from '../../../records/index.ts'
import type { DeliveryRow } from '../../../services/index.ts'
import type { ApiCall } from '../endpoint.ts'

type DeliveryFacts = Pick<
  DeliveryRow,
  'id' | 'service_id' | 'client_id' | 'server_id' | 'action' | 'status' | 'attempts' | 'failure' | 'problem'
> &
  Pick<DeliveryRow, 'created_at' | 'updated_at'>

export const deliveryResource = (row: DeliveryFacts) => ({
  ...{ id: row.id, service_id: row.service_id, client_id: row.client_id, server_id: row.server_id },
  ...{ action: row.action, status: row.status, attempts: row.attempts, failure: row.failure },
  ...{ problem: row.problem, created_at: row.created_at, updated_at: row.updated_at },
})

/** As an act left it: who may do the act learns what came of it, also with a key that reads nothing else. */
export async function deliveryAfter({ deps, actor, params }: ApiCall) {
  const wanted = { table: 'deliveries', what: 'delivery', id: params['delivery_id']! }
  return deliveryResource(await findRow<DeliveryRow>(deps.db, actor, wanted))
}
