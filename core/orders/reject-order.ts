import { Type } from '../../sdk/index.ts'
import { defineVerb } from '../records/index.ts'
import { dropOrder, dropFields } from './drop-order.ts'
import type { OrderDeps } from './ports.ts'

/** Turns an order down that was not accepted yet, for instance as fraud. */
export const rejectOrder = defineVerb(
  {
    permission: 'order.reject',
    asks: ['order.reject:check'],
    audience: ['staff'],
    input: Type.Object(dropFields, { additionalProperties: false }),
  },
  (deps: OrderDeps, input, actor) => dropOrder(deps, { ...input, name: 'reject' }, actor),
)
