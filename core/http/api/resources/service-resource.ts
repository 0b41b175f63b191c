import { sql } from '../../../db/index.ts'
import type { ListedService, ServiceRow } from '../../../services/index.ts'
import { findService } from '../../../services/index.ts'
import { amount } from '../amount.ts'
import type { ApiCall } from '../endpoint.ts'

/** What both a row and one of a list have. */
export type ServiceFacts = Pick<
  ServiceRow & ListedService,
  | 'id'
  | 'client_id'
  | 'product_id'
  | 'label'
  | 'billing_status'
  | 'delivery_status'
  | 'cycle'
  | 'currency'
  | 'recurring_minor'
  | 'next_period_on'
  | 'cancel_on'
  | 'auto_charge'
>

export function serviceResource(service: ServiceFacts, product: { name: string; kind: string }) {
  const { id, client_id, product_id, label, billing_status, delivery_status, cycle } = service
  return {
    ...{ id, client_id, product_id, product_name: product.name, product_kind: product.kind },
    ...{ label, billing_status, delivery_status, cycle },
    ...{ next_period_on: service.next_period_on, cancel_on: service.cancel_on },
    auto_charge: service.auto_charge === 1,
    recurring: amount(service.recurring_minor, service.currency),
  }
}

/** As an act left it: who may do the act learns what came of it, also with a key that reads nothing else. */
export async function serviceAfter({ deps: { db }, actor, params }: ApiCall, right: string) {
  const service = await findService(db, actor, { id: params['service_id']!, right })
  const product = await db.get<{ name: string; kind: string }>(
    sql`select name, kind from products where id = ${service.product_id}`,
  )
  return serviceResource(service, product!)
}
