import type { Asking } from '../records/index.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'

/** What staff are about to do with the work at a provider, beyond what moves its state. */
type DeliveryAct = 'start' | 'retry' | 'undo' | 'adopt'

/** The subject of a start is the service: there is no delivery yet. */
export function deliveryAsking(
  transition: DeliveryAct,
  row: DeliveryRow | ServiceRow,
  facts: Asking['facts'] = {},
): Asking {
  const from = 'delivery_status' in row ? row.delivery_status : row.status
  return { noun: 'delivery', transition, from, to: TO[transition], row, facts }
}

const TO: Readonly<Record<DeliveryAct, string>> = {
  start: 'open',
  retry: 'open',
  undo: 'open',
  adopt: 'done',
}
