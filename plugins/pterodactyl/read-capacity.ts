import type { CapacityReport } from '../../sdk/index.ts'
import type { Panel } from './panel.ts'
import type { List } from './records.ts'

interface Node {
  id: number
  location_id: number
  /** Only public nodes take servers that the panel places. */
  public: boolean
  maintenance_mode: boolean
  /** MiB, as are the promises to its servers. */
  memory: number
  memory_overallocate: number
  disk: number
  disk_overallocate: number
  allocated_resources: { memory: number; disk: number }
}

const PARTS = ['memory', 'disk'] as const
type Part = (typeof PARTS)[number]

const MIB = 1024 * 1024
const PER_PAGE = 100

/** A node with its ports. */
type Counted = Node & { ports: number; freePorts: number }

/** What the nodes that take new servers have promised, of what they may promise, and their ports. */
export async function readCapacity(panel: Panel): Promise<CapacityReport> {
  const all: Counted[] = []
  for (const node of await readNodes(panel)) all.push(await counted(panel, node))
  const nodes = all.filter((node) => node.public && !node.maintenance_mode)
  const freePorts = sumOf(nodes, (node) => node.freePorts)
  const ports = sumOf(nodes, (node) => node.ports)
  return {
    accounts: { used: await total(panel, '/servers?per_page=1'), limit: null },
    resources: [
      { key: 'memory', label: 'Memory', unit: 'bytes', ...promised(nodes, 'memory') },
      { key: 'disk', label: 'Disk', unit: 'bytes', ...promised(nodes, 'disk') },
      { key: 'ports', label: 'Ports', unit: 'count', used: ports - freePorts, limit: ports },
    ],
    full_places: fullPlaces(all),
  }
}

async function counted(panel: Panel, node: Node): Promise<Counted> {
  const of = `/nodes/${node.id}/allocations?per_page=1`
  const [ports, freePorts] = await Promise.all([total(panel, of), total(panel, `${of}&filter[server_id]=0`)])
  return { ...node, ports, freePorts }
}

/** Nodes that take no server more, and the locations that have none left which does. */
function fullPlaces(nodes: readonly Counted[]): NonNullable<CapacityReport['full_places']> {
  const locations = Map.groupBy(nodes, (node) => node.location_id)
  return [
    ...nodes.filter(isFull).map(({ id }) => ({ setting: 'node', value: String(id) })),
    ...[...locations].flatMap(([id, within]) =>
      within.every((node) => !node.public || isFull(node))
        ? [{ setting: 'location_ids', value: String(id) }]
        : [],
    ),
  ]
}

const isFull = (node: Counted): boolean =>
  node.maintenance_mode ||
  node.freePorts === 0 ||
  PARTS.some((part) => node.allocated_resources[part] >= mayPromise(node, part))

async function readNodes(panel: Panel): Promise<Node[]> {
  const nodes: Node[] = []
  for (let page = 1; ; page++) {
    const { data, meta } = await panel.call<List<Node>>('GET', `/nodes?per_page=${PER_PAGE}&page=${page}`)
    nodes.push(...data.map(({ attributes }) => attributes))
    if (page >= (meta?.pagination?.total_pages ?? 1)) return nodes
  }
}

async function total(panel: Panel, path: string): Promise<number> {
  const { meta, data } = await panel.call<List<unknown>>('GET', path)
  return meta?.pagination?.total ?? data.length
}

/** An overallocation of -1 counts as any percentage: so does the panel when it places a server. */
const mayPromise = (node: Node, part: Part): number => node[part] * (1 + node[`${part}_overallocate`] / 100)

const promised = (nodes: readonly Node[], part: Part) => ({
  used: sumOf(nodes, (node) => node.allocated_resources[part]) * MIB,
  limit: Math.floor(sumOf(nodes, (node) => mayPromise(node, part)) * MIB),
})

const sumOf = <T>(of: readonly T[], number: (one: T) => number): number =>
  of.reduce((sum, one) => sum + number(one), 0)
