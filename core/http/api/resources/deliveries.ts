import { Type } from '../../../../sdk/index.ts'
import { listDeliveries, showDelivery } from '../../../services/index.ts'
import { listQueryOf, type Endpoint } from '../endpoint.ts'
import { deliveryResource } from './delivery-resource.ts'

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
]
