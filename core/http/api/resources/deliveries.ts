import { Type } from '../../../../sdk/index.ts'
import { listDeliveries, retryDelivery, showDelivery } from '../../../services/index.ts'
import { listQueryOf, type Endpoint } from '../endpoint.ts'

const tag = 'deliveries'

export const deliveryEndpoints: readonly Endpoint[] = [
  {
    id: 'listDeliveries',
    method: 'get',
    path: '/deliveries',
    tag,
    summary: 'List deliveries, newest first',
    permission: listDeliveries.permission,
    audience: listDeliveries.audience,
    query: listQueryOf({
      status: Type.Optional(
        Type.Enum(['open', 'waiting', 'failed', 'done', 'abandoned'], {
          description: 'Absent: all of them.',
        }),
      ),
      failure: Type.Optional(Type.String({ maxLength: 64, description: 'A named failure: timed_out …' })),
      service_id: Type.Optional(Type.String({ maxLength: 64, description: 'svc_…' })),
      server_id: Type.Optional(Type.String({ maxLength: 64, description: 'srv_…' })),
    }),
    status: 200,
    answer: { list: 'Delivery' },
    async handle({ deps, actor, query }) {
      const { status, ...rest } = query
      const all = ['open', 'waiting', 'failed', 'done', 'abandoned']
      const input = { ...rest, status: status === undefined ? all : [status] }
      const { rows, next } = await listDeliveries(deps, input, actor)
      return { items: rows.map(deliveryResource), next }
    },
  },
  {
    id: 'getDelivery',
    method: 'get',
    path: '/deliveries/{delivery_id}',
    tag,
    summary: 'Read one delivery',
    permission: showDelivery.permission,
    audience: showDelivery.audience,
    status: 200,
    answer: { one: 'Delivery' },
    handle: async ({ deps, actor, params }) =>
      deliveryResource((await showDelivery(deps, params, actor)).delivery),
  },
  {
    id: 'retryDelivery',
    method: 'post',
    path: '/deliveries/{delivery_id}/retry',
    tag,
    summary: 'Try a failed delivery again',
    permission: retryDelivery.permission,
    audience: retryDelivery.audience,
    status: 200,
    answer: { one: 'Delivery' },
    refusals: { 409: 'It is over, or a person has taken it over.' },
    async handle({ deps, actor, params }) {
      await retryDelivery(deps, params, actor)
      return deliveryResource((await showDelivery(deps, params, actor)).delivery)
    },
  },
]

interface DeliveryFacts {
  id: string
  service_id: string
  client_id: string
  server_id: string | null
  action: string
  status: string
  attempts: number
  failure: string | null
  problem: string | null
  created_at: string
  updated_at: string
}

const deliveryResource = (row: DeliveryFacts) => ({
  ...{ id: row.id, service_id: row.service_id, client_id: row.client_id, server_id: row.server_id },
  ...{ action: row.action, status: row.status, attempts: row.attempts, failure: row.failure },
  ...{ problem: row.problem, created_at: row.created_at, updated_at: row.updated_at },
})
