import { Type } from '../../../../sdk/index.ts'
import type { Actor } from '../../../kernel/index.ts'
import {
  acceptOrder,
  clearFraud,
  getOrder,
  listOrders,
  markFraud,
  readOrder,
  toldStatus,
  type OrderRow,
  type OrderStatus,
} from '../../../orders/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, listQueryOf, type Endpoint, type Paged } from '../endpoint.ts'

const tag = 'orders'

export const orderEndpoints: readonly Endpoint[] = [
  {
    id: 'listOrders',
    method: 'get',
    path: '/orders',
    tag,
    summary: 'List orders, newest first',
    permission: readOrder.permission,
    audience: readOrder.audience,
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only of this client.' })),
      status: Type.Optional(
        Type.Enum(['placed', 'held', 'accepted', 'fraud', 'rejected', 'cancelled', 'done'], {
          description: 'Only in this state.',
        }),
      ),
    }),
    status: 200,
    answer: { list: 'Order' },
    async handle({ deps, actor, query }) {
      const { after, limit, client_id, status } = query as Paged & {
        client_id?: string
        status?: OrderStatus
      }
      const rows = await listOrders(deps.db, actor, {
        ...{ limit: limit + 1 },
        ...(after === undefined ? {} : { before: after }),
        ...(client_id === undefined ? {} : { clientId: client_id }),
        ...(status === undefined ? {} : { statuses: statusesOf(actor, status) }),
      })
      const items = rows.slice(0, limit).map((row) => orderResource(actor, row))
      return { items, next: rows.length > limit ? items.at(-1)!.id : null }
    },
  },
  {
    id: 'getOrder',
    method: 'get',
    path: '/orders/{order_id}',
    tag,
    summary: 'Read one order',
    permission: readOrder.permission,
    audience: readOrder.audience,
    status: 200,
    answer: { one: 'Order' },
    handle: async ({ deps, actor, params }) => orderResource(actor, await readOrder(deps, params, actor)),
  },
  {
    id: 'acceptOrder',
    method: 'post',
    path: '/orders/{order_id}/accept',
    tag,
    summary: 'Accept an order that waits for a decision',
    permission: acceptOrder.permission,
    audience: acceptOrder.audience,
    status: 200,
    answer: { one: 'Order' },
    refusals: { 409: 'It is decided already.' },
    async handle({ deps, actor, params }) {
      await acceptOrder(deps, params, actor)
      return orderResource(actor, await getOrder(deps.db, actor, params.order_id!))
    },
  },
  marking(
    'mark',
    markFraud,
    'Mark an order as fraud: nothing of it is delivered, charged or collected any more',
  ),
  marking('clear', clearFraud, 'Take the mark of fraud back; the order waits for a decision'),
]

function marking(act: 'mark' | 'clear', verb: typeof markFraud, summary: string): Endpoint {
  return {
    id: `${act}OrderFraud`,
    method: 'post',
    path: `/orders/{order_id}/${act}-fraud`,
    ...{ tag, summary, permission: verb.permission, audience: verb.audience },
    body: bodyOf(verb, ['order_id']),
    status: 200,
    answer: { one: 'Order' },
    refusals: { 409: 'It is in no state for this.' },
    async handle({ deps, actor, params, body }) {
      await verb(deps.orders, { ...body, order_id: params.order_id }, actor)
      return orderResource(actor, await getOrder(deps.db, actor, params.order_id!))
    },
  }
}

/** The states that are one to who asks. */
function statusesOf({ kind }: Actor, status: OrderStatus): OrderStatus[] {
  if (kind !== 'client') return [status]
  return status === 'held' ? ['held', 'fraud'] : [status].filter((one) => one !== 'fraud')
}

function orderResource({ kind }: Actor, order: OrderRow) {
  const { id, number, client_id, invoice_id, placed_at } = order
  return {
    id,
    number,
    client_id,
    status: kind === 'client' ? toldStatus(order.status) : order.status,
    invoice_id,
    placed_at,
    total: amount(order.total_minor, order.currency),
  }
}
