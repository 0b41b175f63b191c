import { Type } from '../../../../sdk/index.ts'
import { productKinds } from '../../../catalog/index.ts'
import { listServices, showService } from '../../../services/index.ts'
import { amount } from '../amount.ts'
import { listQueryOf, type Endpoint } from '../endpoint.ts'

export const serviceEndpoints: readonly Endpoint[] = [
  {
    id: 'listServices',
    method: 'get',
    path: '/services',
    tag: 'services',
    summary: 'List services, newest first',
    permission: listServices.permission,
    audience: listServices.audience,
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only of this client.' })),
      kind: Type.Optional(Type.Enum([...productKinds], { description: 'Only of products of this kind.' })),
      billing_status: Type.Optional(
        Type.Enum(['pending', 'active', 'ending', 'ended'], { description: 'Only in this state.' }),
      ),
    }),
    status: 200,
    answer: { list: 'Service' },
    async handle({ deps, actor, query }) {
      const { rows, next } = await listServices(deps, query, actor)
      return {
        items: rows.map((row) => serviceResource(row, { name: row.product_name, kind: row.product_kind })),
        next,
      }
    },
  },
  {
    id: 'getService',
    method: 'get',
    path: '/services/{service_id}',
    tag: 'services',
    summary: 'Read one service',
    permission: showService.permission,
    audience: showService.audience,
    status: 200,
    answer: { one: 'Service' },
    async handle({ deps, actor, params }) {
      const { service, productName, productKind } = await showService(deps, params, actor)
      return serviceResource(service, { name: productName, kind: productKind })
    },
  },
]

interface ServiceFacts {
  id: string
  client_id: string
  product_id: string
  label: string
  billing_status: string
  delivery_status: string
  cycle: string
  currency: string
  recurring_minor: bigint
  next_period_on: string | null
}

function serviceResource(service: ServiceFacts, product: { name: string; kind: string }) {
  const { id, client_id, product_id, label, billing_status, delivery_status, cycle, next_period_on } = service
  return {
    ...{
      id,
      client_id,
      product_id,
      product_name: product.name,
      product_kind: product.kind,
      label,
      billing_status,
      delivery_status,
      cycle,
      next_period_on,
    },
    recurring: amount(service.recurring_minor, service.currency),
  }
}
