import type { SignedCall } from '../http/call.ts'
import { item, list, nullResource, writeTime, type Item } from '../http/envelope.ts'
import type { Panel } from '../panel/panel.ts'
import type { Allocation, Location, Node } from '../panel/records.ts'
import { drawIncludes, plain } from './includes.ts'

export function drawLocation(panel: Panel, call: SignedCall, location: Location): Item {
  const nodes = () => panel.nodes.all().filter((node) => node.location_id === location.id)
  return item('location', {
    ...location,
    created_at: writeTime(location.created_at),
    updated_at: writeTime(location.updated_at),
    ...drawIncludes(call, {
      nodes: {
        resource: 'nodes',
        draw: () => list(nodes().map((node) => drawNode(panel, plain(call), node))),
      },
    }),
  })
}

export function drawNode(panel: Panel, call: SignedCall, node: Node): Item {
  const location = panel.locations.find(node.location_id)
  const allocations = () => panel.allocations.all().filter((allocation) => allocation.node === node.id)
  return item('node', {
    ...node,
    scheme: 'https',
    behind_proxy: false,
    upload_size: 100,
    daemon_listen: 8080,
    daemon_sftp: 2022,
    daemon_base: '/var/lib/pterodactyl/volumes',
    created_at: writeTime(node.created_at),
    updated_at: writeTime(node.updated_at),
    allocated_resources: allocatedOn(panel, node),
    ...drawIncludes(call, {
      location: {
        resource: 'locations',
        draw: () => (location ? drawLocation(panel, plain(call), location) : nullResource),
      },
      allocations: { resource: 'allocations', draw: () => list(allocations().map(drawAllocation)) },
    }),
  })
}

export function drawAllocation({ id, ip, alias, port, notes, server }: Allocation): Item {
  return item('allocation', { id, ip, alias, port, notes, assigned: server !== null })
}

/** MiB that the servers of a node were promised; an unlimited server counts as nothing. */
export function allocatedOn(panel: Panel, node: Node): { memory: number; disk: number } {
  const servers = panel.servers.all().filter((server) => server.node === node.id)
  return {
    memory: servers.reduce((sum, { limits }) => sum + limits.memory, 0),
    disk: servers.reduce((sum, { limits }) => sum + limits.disk, 0),
  }
}
