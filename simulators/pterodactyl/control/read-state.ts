import { settleInstalls } from '../panel/installs.ts'
import { identifierOf, type Panel } from '../panel/panel.ts'
import type { Allocation, Node, Server, User } from '../panel/records.ts'
import type { Faults } from './faults.ts'

export interface PanelState {
  users: User[]
  nodes: (Node & { down: 502 | 504 | null })[]
  servers: (Server & { identifier: string })[]
  /** Only those that a server holds. */
  allocations: Allocation[]
  faults: ReturnType<Faults['pending']>
}

/** A copy: changing it changes nothing. */
export function readState(panel: Panel, faults: Faults): PanelState {
  settleInstalls(panel)
  return structuredClone({
    users: panel.users.all().slice(),
    nodes: panel.nodes.all().map((node) => ({ ...node, down: panel.downNodes.get(node.id) ?? null })),
    servers: panel.servers.all().map((server) => ({ ...server, identifier: identifierOf(server) })),
    allocations: panel.allocations.all().filter(({ server }) => server !== null),
    faults: faults.pending(),
  })
}
