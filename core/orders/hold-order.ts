import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderRow } from './rows.ts'

/** Sets an order aside until a person has looked at it. */
export const holdOrder = defineVerb(
  {
    permission: 'order.hold',
    audience: ['staff'],
    input: Type.Object(
      { order_id: Type.String({ maxLength: 64 }), reason: Type.String({ minLength: 1, maxLength: 500 }) },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id: input.order_id })
      await hold(means, trx, { row, reason: input.reason }, actor)
    }),
)

export async function hold(
  means: Means,
  trx: Trx,
  { row, reason }: { row: OrderRow; reason: string },
  actor: Actor,
): Promise<void> {
  const change = { set: { hold_reason: reason }, reason, body: { number: row.number } }
  await applyTransition(means, trx, { lifecycle: orderLifecycle, row, name: 'hold', actor, change })
}
