import { isIPv4 } from 'node:net'
import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { contains, listRows, type Listing } from '../http/list-rows.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import type { Allocation } from '../panel/records.ts'
import { textIn, textsIn } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { drawAllocation } from './draw-place.ts'
import { findRow } from './find-row.ts'
import { RANGE_LIMIT, readPorts } from './ports.ts'

const ALLOCATIONS = '/api/application/nodes/{id}/allocations'
const HIGHEST_RESERVED_PORT = 1024
const HIGHEST_PORT = 65_535

export const allocationRoutes: ApiRoute[] = [
  { method: 'GET', pattern: ALLOCATIONS, resource: 'allocations', answer: listAllocations },
  { method: 'POST', pattern: ALLOCATIONS, resource: 'allocations', answer: createAllocations },
]

function listAllocations(panel: Panel, call: SignedCall): Answer {
  const node = findRow(panel.nodes, call)
  const listing: Listing<Allocation> = {
    filters: {
      ip: ({ ip }, wanted) => ip === wanted,
      port: ({ port }, wanted) => String(port) === wanted,
      ip_alias: contains(({ alias }) => alias),
      server_id: ({ server }, wanted) => server === (/^[1-9]\d*$/.test(wanted) ? Number(wanted) : null),
    },
    sorts: {},
    draw: drawAllocation,
  }
  const rows = panel.allocations.all().filter((allocation) => allocation.node === node.id)
  return { status: 200, body: listRows(rows, call, listing) }
}

/** Ports that the node has already are passed over. */
function createAllocations(panel: Panel, call: SignedCall): Answer {
  const node = findRow(panel.nodes, call)
  checkFields(panel, 'createAllocations', call.body)
  const ip = textIn(call.body, 'ip') ?? ''
  if (!isIPv4(ip)) throw refusal('bad_address')
  const ports = textsIn(call.body, 'ports').flatMap(portsOf)
  const held = new Set(
    panel.allocations
      .all()
      .filter((allocation) => allocation.node === node.id && allocation.ip === ip)
      .map(({ port }) => port),
  )
  const alias = textIn(call.body, 'alias')
  for (const port of new Set(ports.filter((wanted) => !held.has(wanted)))) {
    panel.allocations.add({ node: node.id, ip, alias, port, notes: null, server: null })
  }
  return { status: 204 }
}

function portsOf(text: string): number[] {
  const range = readPorts(text)
  if (!range) throw refusal('bad_port', { note: `(${text})` })
  const count = range.last - range.first + 1
  if (count > RANGE_LIMIT) throw refusal('too_many_ports')
  if (range.first <= HIGHEST_RESERVED_PORT || range.last > HIGHEST_PORT) throw refusal('port_out_of_range')
  return Array.from({ length: Math.max(0, count) }, (_, offset) => range.first + offset)
}
