import type { SignedCall } from '../http/call.ts'
import { item, list, nullResource, writeTime, type Item, type List } from '../http/envelope.ts'
import { allocationsOf } from '../panel/assign-allocations.ts'
import { identifierOf, isInstalled, type Panel } from '../panel/panel.ts'
import type { Resource, Server, User } from '../panel/records.ts'
import { drawDatabase } from './draw-database.ts'
import { drawEgg, drawNest } from './draw-egg.ts'
import { drawAllocation, drawLocation, drawNode } from './draw-place.ts'
import { drawIncludes, plain, type Includes } from './includes.ts'

export function drawServer(panel: Panel, call: SignedCall, server: Server): Item {
  return item('server', {
    id: server.id,
    external_id: server.external_id,
    uuid: server.uuid,
    identifier: identifierOf(server),
    name: server.name,
    description: server.description,
    status: server.status,
    suspended: server.status === 'suspended',
    limits: server.limits,
    feature_limits: server.feature_limits,
    user: server.user,
    node: server.node,
    allocation: server.allocation,
    nest: server.nest,
    egg: server.egg,
    container: {
      startup_command: server.startup,
      image: server.image,
      installed: isInstalled(server) ? 1 : 0,
      environment: environmentOf(panel, server),
    },
    created_at: writeTime(server.created_at),
    updated_at: writeTime(server.updated_at),
    ...drawIncludes(call, includesOf(panel, call, server)),
  })
}

/** The variables of the egg and what the panel itself tells the container. */
function environmentOf(panel: Panel, server: Server): Record<string, string> {
  const location = panel.locations.find(panel.nodes.find(server.node)?.location_id ?? 0)
  return {
    ...server.environment,
    STARTUP: server.startup,
    P_SERVER_LOCATION: location?.short ?? '',
    P_SERVER_UUID: server.uuid,
  }
}

function includesOf(panel: Panel, call: SignedCall, server: Server): Includes {
  const inner = plain(call)
  const node = panel.nodes.find(server.node)
  const one = <Row>(resource: Resource, row: Row | undefined, draw: (row: Row) => Item) => ({
    resource,
    draw: () => (row === undefined ? nullResource : draw(row)),
  })
  const many = (resource: Resource, draw: () => Item[]): { resource: Resource; draw: () => List } => ({
    resource,
    draw: () => list(draw()),
  })
  return {
    allocations: many('allocations', () => allocationsOf(panel, server).map(drawAllocation)),
    user: one('users', panel.users.find(server.user), (row) => drawUser(panel, inner, row)),
    subusers: many('users', () => []),
    nest: one('nests', panel.nests.find(server.nest), (row) => drawNest(panel, inner, row)),
    egg: one('eggs', panel.eggs.find(server.egg), (row) => drawEgg(panel, inner, row)),
    variables: many('servers', () => drawVariables(panel, server)),
    location: one('locations', panel.locations.find(node?.location_id ?? 0), (row) =>
      drawLocation(panel, inner, row),
    ),
    node: one('nodes', node, (row) => drawNode(panel, inner, row)),
    databases: many('server_databases', () =>
      panel.databases
        .all()
        .filter((database) => database.server === server.id)
        .map((database) => drawDatabase(inner, database)),
    ),
    transfer: { resource: 'servers', draw: () => nullResource },
  }
}

function drawVariables(panel: Panel, server: Server): Item[] {
  return (panel.eggs.find(server.egg)?.variables ?? []).map((variable) =>
    item('server_variable', { ...variable, server_value: server.environment[variable.env_variable] ?? '' }),
  )
}

/** Stands beside the server because each can include the other. */
export function drawUser(panel: Panel, call: SignedCall, user: User): Item {
  const { two_factor, created_at, updated_at, ...attributes } = user
  const servers = () => panel.servers.all().filter((server) => server.user === user.id)
  return item('user', {
    ...attributes,
    '2fa': two_factor,
    created_at: writeTime(created_at),
    updated_at: writeTime(updated_at),
    ...drawIncludes(call, {
      servers: {
        resource: 'servers',
        draw: () => list(servers().map((server) => drawServer(panel, plain(call), server))),
      },
    }),
  })
}
