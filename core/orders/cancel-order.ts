import { Type } from '../../sdk/index.ts'
import { defineVerb } from '../records/index.ts'
import { dropOrder, dropFields } from './drop-order.ts'
import type { OrderDeps } from './ports.ts'

/** Calls an order off, accepted ones too. A paid one asks for the refund to be chosen. */
export const cancelOrder = defineVerb(
  {
    permission: 'order.cancel',
    asks: ['order.cancel:check'],
    audience: ['staff'],
    input: Type.Object(dropFields, { additionalProperties: false }),
  },
  (deps: OrderDeps, input, actor) => dropOrder(deps, { ...input, name: 'cancel' }, actor),
)
