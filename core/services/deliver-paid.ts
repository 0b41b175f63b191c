import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { lockService } from './load.ts'
import { billingLifecycle } from './service-lifecycle.ts'
import { startDelivery } from './start-delivery.ts'
import { isSuspected } from './suspicion.ts'

/** What hearing of the payment does, for a service that missed it: in force, and on its way. False when it is already. */
export async function deliverPaid(means: Means, trx: Trx, serviceId: string, actor: Actor): Promise<boolean> {
  const row = await lockService(trx, serviceId)
  if (row.delivery_status !== 'none' || row.billing_status === 'ended' || (await isSuspected(trx, row.id)))
    return false
  const change = { body: { order_item_id: row.order_item_id, product_id: row.product_id } }
  const service =
    row.billing_status === 'pending'
      ? await applyTransition(means, trx, {
          ...{ lifecycle: billingLifecycle, row, name: 'activate', actor, change },
        })
      : row
  await startDelivery(means, trx, { service, action: 'create' }, actor)
  return true
}
