import { Type } from '../../sdk/index.ts'
import { applyTransition, defineVerb, findRow } from '../records/index.ts'
import { ownServiceIdsOf } from './accept-order.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderDeps } from './ports.ts'
import type { OrderRow } from './rows.ts'

const input = Type.Object(
  { order_id: Type.String({ maxLength: 64 }), reason: Type.String({ minLength: 1, maxLength: 500 }) },
  { additionalProperties: false },
)

/**
 * Says that an order is fraud. Nothing of it is delivered any more, what is live is suspended, and nothing is charged or
 * collected for it; its client is pointed out to staff. What another client took over meanwhile stays as it is. It can be
 * taken back, or the order rejected with its money.
 */
export const markFraud = defineVerb(
  { permission: 'order.mark_fraud', asks: ['order.mark_fraud:check'], audience: ['staff'], input },
  ({ means, ...deps }: OrderDeps, { order_id: id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id })
      const serviceIds = await ownServiceIdsOf(trx, row)
      const body = { number: row.number, service_ids: serviceIds }
      const change = { set: { hold_reason: reason }, reason, body }
      await applyTransition(means, trx, { lifecycle: orderLifecycle, row, name: 'mark_fraud', actor, change })
      await deps.suspectServices(means, trx, { orderId: id, serviceIds, note: reason }, actor)
    }),
)

/** Takes the mark back: services and charges go on, and the order waits for the decision of a person. */
export const clearFraud = defineVerb(
  { permission: 'order.clear_fraud', asks: ['order.clear_fraud:check'], audience: ['staff'], input },
  ({ means, ...deps }: OrderDeps, { order_id: id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id })
      const serviceIds = await ownServiceIdsOf(trx, row)
      const change = {
        ...{ set: { hold_reason: reason }, reason },
        body: { number: row.number, service_ids: serviceIds },
      }
      await applyTransition(means, trx, {
        lifecycle: orderLifecycle,
        row,
        name: 'clear_fraud',
        actor,
        change,
      })
      await deps.trustServices(means, trx, { orderId: id, serviceIds }, actor)
    }),
)
