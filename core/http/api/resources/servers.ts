import { Type } from '../../../../sdk/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import {
  changeServerGroup,
  createServerGroup,
  listServers,
  setServerStatus,
  type ListedServer,
} from '../../../services/index.ts'
import type { HttpDeps } from '../../deps.ts'
import { bodyOf, rulesOf, type ApiCall, type Endpoint } from '../endpoint.ts'

const tag = 'servers'

export const serverEndpoints: readonly Endpoint[] = [
  {
    id: 'listServers',
    method: 'get',
    path: '/servers',
    tag,
    summary: 'List servers with how full they are, by name',
    permission: listServers.permission,
    audience: listServers.audience,
    status: 200,
    answer: { list: 'Server' },
    async handle({ deps, actor }) {
      const { servers } = await listServers(deps, {}, actor)
      return { items: servers.map(serverResource), next: null }
    },
  },
  {
    id: 'getServer',
    method: 'get',
    path: '/servers/{server_id}',
    tag,
    summary: 'Read one server',
    permission: listServers.permission,
    audience: listServers.audience,
    status: 200,
    answer: { one: 'Server' },
    handle: ({ deps, actor, params }) => readServer(deps, actor, params.server_id!),
  },
  {
    id: 'setServerStatus',
    method: 'post',
    path: '/servers/{server_id}/status',
    tag,
    summary: 'Begin or end the maintenance of a server',
    permission: setServerStatus.permission,
    audience: setServerStatus.audience,
    body: Type.Object(
      {
        act: Type.Enum(['maintain', 'activate'], {
          description: 'A server in maintenance gets no new services.',
        }),
      },
      { additionalProperties: false },
    ),
    status: 204,
    answer: null,
    refusals: { 409: 'It is in that state already.' },
    async handle({ deps, actor, params, body }) {
      await setServerStatus(deps, { ...params, ...body }, actor)
    },
  },
  {
    ...{ id: 'listServerGroups', method: 'get', path: '/server-groups', tag },
    summary: 'List the groups of servers with how each is filled, by name',
    ...{ ...rulesOf(listServers), status: 200, answer: { list: 'ServerGroup' } },
    async handle({ deps, actor }) {
      return { items: (await listServers(deps, {}, actor)).groups, next: null }
    },
  },
  {
    ...{ id: 'createServerGroup', method: 'post', path: '/server-groups', tag },
    summary: 'Add a group of servers',
    ...{ ...rulesOf(createServerGroup), body: bodyOf(createServerGroup, []) },
    ...{ status: 201, answer: { one: 'ServerGroup' } },
    handle: async ({ deps, actor, body }) =>
      readGroup(deps, actor, await createServerGroup(deps, body, actor)),
  },
  {
    ...{ id: 'changeServerGroup', method: 'post', path: '/server-groups/{server_group_id}', tag },
    summary: 'Change the name of a group of servers, and how it is filled',
    ...{ ...rulesOf(changeServerGroup), body: bodyOf(changeServerGroup, ['group_id']) },
    ...{ status: 200, answer: { one: 'ServerGroup' } },
    refusals: { 409: 'It was changed meanwhile.' },
    async handle({ deps, actor, params, body }) {
      const id = params.server_group_id!
      await changeServerGroup(deps, { ...body, group_id: id }, actor)
      return readGroup(deps, actor, id)
    },
  },
]

async function readGroup(deps: HttpDeps, actor: ApiCall['actor'], id: string) {
  const { groups } = await listServers(deps, {}, actor)
  const group = groups.find((one) => one.id === id)
  if (!group) throw NotFound({ what: 'server group', id })
  return group
}

async function readServer(deps: HttpDeps, actor: ApiCall['actor'], id: string) {
  const { servers } = await listServers(deps, {}, actor)
  const server = servers.find((one) => one.id === id)
  if (!server) throw NotFound({ what: 'server', id })
  return serverResource(server)
}

/** Settings and secrets stay inside. */
const serverResource = (row: ListedServer) => ({
  ...{ id: row.id, name: row.name, instance_id: row.instance_id, group_id: row.group_id },
  ...{ status: row.status, capacity: row.capacity, services: row.services, failures: row.failures },
  ...{ last_contact_at: row.last_contact_at, last_problem: row.last_problem },
  health: row.health,
})
