import { Type } from '../../../../sdk/index.ts'
import { productKinds } from '../../../catalog/index.ts'
import {
  actNames,
  actsOf,
  actVerbs,
  findService,
  listServices,
  showService,
  type ActName,
  type ActRow,
} from '../../../services/index.ts'
import { bodyOf, listQueryOf, type Endpoint } from '../endpoint.ts'
import { serviceResource } from './service-resource.ts'

const SUMMARIES: Readonly<Record<ActName, string>> = {
  power: 'Start, stop, restart or kill it',
  change_password: 'Give it a new password, which stands among its access details',
  rename: 'Change its names at the provider',
  set_reverse_dns: 'Set or remove the name that an address resolves to',
  create_snapshot: 'Make a snapshot',
  restore_snapshot: 'Restore a snapshot; what was changed since is lost',
  remove_snapshot: 'Delete a snapshot',
  rescue: 'Start from a rescue system, or leave it',
  reinstall: 'Reinstall it; all data is lost',
  run_action: 'Do what only its plugin can do',
}

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
    id: 'listServiceActs',
    method: 'get',
    path: '/services/{service_id}/actions',
    tag: 'services',
    summary: 'List what was done to a service at its provider, newest first',
    permission: showService.permission,
    audience: showService.audience,
    query: listQueryOf({}),
    status: 200,
    answer: { list: 'ServiceAct' },
    async handle({ deps, actor, params }) {
      const id = params['service_id']!
      const service = await findService(deps.db, actor, { id, right: showService.permission })
      return { items: (await actsOf(deps.db, service.id, actor)).map(actResource), next: null }
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

/** One operation for each act, so that the document says what each takes. */
export const actEndpoints: readonly Endpoint[] = actNames.map((name) => {
  const verb = actVerbs[name]
  return {
    id: `act_${name}`.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
    method: 'post',
    path: `/services/{service_id}/actions/${name}`,
    tag: 'services',
    summary: SUMMARIES[name],
    permission: verb.permission,
    audience: verb.audience,
    body: bodyOf(verb, ['service_id']),
    status: 200,
    answer: { one: 'ServiceAct' },
    refusals: {
      409: 'It is not live, its plugin does not offer this, something is under way, it was not confirmed, or the provider refused.',
    },
    handle: async ({ deps, actor, params, body }) =>
      actResource(await verb(deps, { ...body, ...params }, actor)),
  }
})

const actResource = ({
  id,
  service_id,
  operation,
  label,
  status,
  message,
  created_at,
  ended_at,
}: ActRow) => ({
  ...{ id, service_id, operation, label, status },
  // Why it failed is for staff, by mail and on the page of the service.
  message: status === 'done' ? message : null,
  ...{ created_at, ended_at },
})
