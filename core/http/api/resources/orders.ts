import { Type } from '../../../../sdk/index.ts'
import type { Actor } from '../../../kernel/index.ts'
import {
  acceptOrder,
  cancelOrder,
  clearFraud,
  getOrder,
  holdOrder,
  listOrders,
  markFraud,
  readOrder,
  rejectOrder,
  toldStatus,
  type OrderRow,
  type OrderStatus,
} from '../../../orders/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, listQueryOf, rulesOf, type ApiCall, type Endpoint, type Paged } from '../endpoint.ts'

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
  deciding('hold', holdOrder, {
    summary: 'Set an order aside until a person has looked at it',
    act: ({ deps, actor }, input) => holdOrder(deps, input, actor),
  }),
  deciding('reject', rejectOrder, {
    summary: 'Turn down an order that was not accepted; a paid one only with its refund',
    act: ({ deps, actor }, input) => rejectOrder(deps.orders, input, actor),
  }),
  deciding('cancel', cancelOrder, {
    summary: 'Call an order off with its services and its invoice; a paid one only with its refund',
    act: ({ deps, actor }, input) => cancelOrder(deps.orders, input, actor),
  }),
  deciding('mark-fraud', markFraud, {
    id: 'markOrderFraud',
    summary: 'Mark an order as fraud: nothing of it is delivered, charged or collected any more',
    act: ({ deps, actor }, input) => markFraud(deps.orders, input, actor),
  }),
  deciding('clear-fraud', clearFraud, {
    id: 'clearOrderFraud',
    summary: 'Take the mark of fraud back; the order waits for a decision',
    act: ({ deps, actor }, input) => clearFraud(deps.orders, input, actor),
  }),
]

interface Deciding {
  id?: string
  summary: string
  act: (call: ApiCall, input: object) => Promise<void>
}

/** A decision on an order, with its reason; answers the order. */
function deciding(
  name: string,
  verb: typeof holdOrder | typeof cancelOrder | typeof markFraud,
  { id = `${name}Order`, summary, act }: Deciding,
): Endpoint {
  return {
    ...{ id, method: 'post', path: `/orders/{order_id}/${name}`, tag, summary },
    ...rulesOf(verb),
    body: bodyOf(verb, ['order_id']),
    status: 200,
    answer: { one: 'Order' },
    refusals: { 409: 'It is in no state for this, or paid and no refund was asked for.' },
    async handle(call) {
      const { deps, actor, params, body } = call
      await act(call, { ...body, ...params })
      return orderResource(actor, await getOrder(deps.db, actor, params['order_id']!))
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
