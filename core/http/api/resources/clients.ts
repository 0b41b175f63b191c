import { Type } from '../../../../sdk/index.ts'
import { listClients, readClient } from '../../../clients/index.ts'
import { listQueryOf, type Endpoint } from '../endpoint.ts'
import { clientDetail, clientResource } from './client-resource.ts'

export const clientEndpoints: readonly Endpoint[] = [
  {
    id: 'listClients',
    method: 'get',
    path: '/clients',
    tag: 'clients',
    summary: 'List clients, newest first',
    permission: listClients.permission,
    audience: listClients.audience,
    query: listQueryOf({
      q: Type.Optional(Type.String({ maxLength: 200, description: 'Words of name, company, e-mail or id.' })),
      status: Type.Optional(
        Type.Enum(['active', 'suspended', 'closed'], { description: 'Only in this state.' }),
      ),
    }),
    status: 200,
    answer: { list: 'Client' },
    async handle({ deps, actor, query }) {
      const { clients, next } = await listClients(deps, query, actor)
      return { items: clients.map(clientResource), next }
    },
  },
  {
    id: 'getClient',
    method: 'get',
    path: '/clients/{client_id}',
    tag: 'clients',
    summary: 'Read one client',
    permission: readClient.permission,
    audience: readClient.audience,
    status: 200,
    answer: { one: 'ClientDetail' },
    handle: async ({ deps, actor, params }) => clientDetail(await readClient(deps, params, actor)),
  },
]
