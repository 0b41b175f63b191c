import { Type } from '../../sdk/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import type { OrderRow } from './rows.ts'

/** Lets an order go on: what waits for acceptance is delivered. */
export const acceptOrder = defineVerb(
  {
    permission: 'order.accept',
    asks: ['order.accept:check'],
    audience: ['staff'],
    input: Type.Object({ order_id: Type.String({ maxLength: 64 }) }, { additionalProperties: false }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await findRow<OrderRow>(trx, actor, { table: 'orders', what: 'order', id: input.order_id })
      await accept(means, trx, row, actor)
    }),
)

export async function accept(means: Means, trx: Trx, row: OrderRow, actor: Actor): Promise<OrderRow> {
  const service_ids = await serviceIdsOf(trx, row.id)
  const change = { set: { hold_reason: null }, body: { number: row.number, service_ids } }
  return applyTransition(means, trx, { lifecycle: orderLifecycle, row, name: 'accept', actor, change })
}

export async function serviceIdsOf(queries: Queries, orderId: string): Promise<string[]> {
  const rows = await queries.all<{ service_id: string }>(sql`
    select service_id from order_items where order_id = ${orderId} and service_id is not null order by position`)
  return rows.map((row) => row.service_id)
}

/** Of them those that no other client took over meanwhile, locked: they stay this client's until the transaction ends. */
export async function ownServiceIdsOf(trx: Trx, { id, client_id: clientId }: OrderRow): Promise<string[]> {
  const rows = await trx.all<{ id: string }>(sql`
    select id from services where client_id = ${clientId}
      and id in (select service_id from order_items where order_id = ${id}) order by id ${forUpdate(trx.dialect)}`)
  return rows.map((row) => row.id)
}
