import type { Allocation, Database, Egg, Key, Location, Millis, Nest, Node, Server, User } from './records.ts'
import { createRows, type Rows } from './rows.ts'
import { seedAllocations, seedEggs, seedLocations, seedNests, seedNodes, seedUsers } from '../seed/index.ts'

export interface PanelOptions {
  clock: () => Millis
  applicationKey: string
  clientKey: string
  /** How long an install script takes on the handed clock. */
  installMs: number
}

export interface Panel {
  clock: () => Millis
  installMs: number
  users: Rows<User>
  locations: Rows<Location>
  nodes: Rows<Node>
  allocations: Rows<Allocation>
  nests: Rows<Nest>
  eggs: Rows<Egg>
  servers: Rows<Server>
  databases: Rows<Database>
  keys: Map<string, Key>
  /** Nodes whose daemon does not answer, with the status the panel gives for it. */
  downNodes: Map<number, 502 | 504>
}

/** Databases live on hosts that the panel's administrator sets up; the simulated panel has one. */
export const DATABASE_HOST = 1

export function createPanel({ clock, applicationKey, clientKey, installMs }: PanelOptions): Panel {
  const stamps = { created_at: clock(), updated_at: clock() }
  const [administrator] = seedUsers(stamps)
  const owned = { owner: administrator.id, permissions: null, allowedIps: [] }
  return {
    clock,
    installMs,
    users: createRows([administrator]),
    locations: createRows(seedLocations(stamps)),
    nodes: createRows(seedNodes(stamps)),
    allocations: createRows(seedAllocations()),
    nests: createRows(seedNests(stamps)),
    eggs: createRows(seedEggs(stamps)),
    servers: createRows<Server>(),
    databases: createRows<Database>(),
    keys: new Map<string, Key>([
      [applicationKey, { ...owned, token: applicationKey, kind: 'application' }],
      [clientKey, { ...owned, token: clientKey, kind: 'client' }],
    ]),
    downNodes: new Map(),
  }
}

export function identifierOf(server: Server): string {
  return server.uuid.slice(0, 8)
}

export function isInstalled(server: Server): boolean {
  return server.status !== 'installing' && server.status !== 'install_failed'
}
