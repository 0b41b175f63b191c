import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { getOrder, type Order } from './find-order.ts'

/** One order with its items; of another client or brand it is not found. */
export const readOrder = defineVerb(
  {
    permission: 'order.read',
    audience: ['staff', 'client'],
    input: Type.Object({ order_id: Type.String({ maxLength: 64 }) }),
  },
  (means: Means, { order_id }, actor): Promise<Order> => getOrder(means.db, actor, order_id),
)
