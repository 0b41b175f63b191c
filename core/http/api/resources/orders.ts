import { Type } from '../../../../sdk/index.ts'
import {
  acceptOrder,
  getOrder,
  listOrders,
  readOrder,
  type OrderRow,
  type OrderStatus,
} from '../../../orders/index.ts'
import { amount } from '../amount.ts'
import { listQueryOf, type Endpoint, type Paged } from '../endpoint.ts'

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
        Type.Enum(['placed', 'held', 'accepted', 'rejected', 'cancelled', 'done'], {
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
        ...(status === undefined ? {} : { statuses: [status] }),
      })
      const items = rows.slice(0, limit).map(orderResource)
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
    handle: async ({ deps, actor, params }) => orderResource(await readOrder(deps, params, actor)),
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
      return orderResource(await getOrder(deps.db, actor, params.order_id!))
    },
  },
]

function orderResource(order: OrderRow) {
  const { id, number, client_id, status, invoice_id, placed_at } = order
  return {
    id,
    number,
    client_id,
    status,
    invoice_id,
    placed_at,
    total: amount(order.total_minor, order.currency),
  }
}
