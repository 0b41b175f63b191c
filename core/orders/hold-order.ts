import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { enterMail } from '../mail/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderRow } from './rows.ts'

/** Sets an order aside until a person has looked at it. */
export const holdOrder = defineVerb(
  {
    permission: 'order.hold',
    asks: ['order.hold:check'],
    audience: ['staff', 'plugin'],
    input: Type.Object(
      { order_id: Type.String({ maxLength: 64 }), reason: Type.String({ minLength: 1, maxLength: 500 }) },
      { additionalProperties: false },
    ),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id: input.order_id })
      await hold(means, trx, { row, reason: input.reason }, actor)
      await tellHeld(means, trx, row)
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

/** Tells the buyer that a person looks at the order; once, however often it is held. */
export async function tellHeld(means: Pick<Means, 'jobs'>, trx: Trx, order: OrderRow): Promise<void> {
  const client = await trx.get<{ brand_id: string; name: string; email: string; locale: string }>(
    sql`select brand_id, name, email, locale from clients where id = ${order.client_id}`,
  )
  if (!client) return
  await enterMail(means, trx, {
    template: 'order-held',
    to: { address: client.email, name: client.name },
    ...{ client_id: order.client_id, brand_id: client.brand_id, subject_of: order.id },
    locale: client.locale,
    key: `${order.id}/held`,
    data: { url: `/portal/orders/${order.id}`, order: order.number },
  })
}
