import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { list } from '../http/envelope.ts'
import { contains, listRows, pageRows } from '../http/list-rows.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import { integersIn, numberIn } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { drawLocation, drawNode } from './draw-place.ts'
import { findRow } from './find-row.ts'
import { findViableNodes } from './find-viable-nodes.ts'

const LOCATIONS = '/api/application/locations'
const NODES = '/api/application/nodes'

export const placeRoutes: ApiRoute[] = [
  { method: 'GET', pattern: LOCATIONS, resource: 'locations', answer: listLocations },
  { method: 'GET', pattern: `${LOCATIONS}/{id}`, resource: 'locations', answer: viewLocation },
  { method: 'GET', pattern: NODES, resource: 'nodes', answer: listNodes },
  { method: 'GET', pattern: `${NODES}/deployable`, resource: 'nodes', answer: listDeployableNodes },
  { method: 'GET', pattern: `${NODES}/{id}`, resource: 'nodes', answer: viewNode },
]

function listLocations(panel: Panel, call: SignedCall): Answer {
  const body = listRows(panel.locations.all(), call, {
    filters: { short: contains(({ short }) => short), long: contains(({ long }) => long) },
    sorts: { id: ({ id }) => id },
    draw: (location) => drawLocation(panel, call, location),
  })
  return { status: 200, body }
}

function viewLocation(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawLocation(panel, call, findRow(panel.locations, call)) }
}

function listNodes(panel: Panel, call: SignedCall): Answer {
  const body = listRows(panel.nodes.all(), call, {
    filters: {
      uuid: contains(({ uuid }) => uuid),
      name: contains(({ name }) => name),
      fqdn: contains(({ fqdn }) => fqdn),
    },
    sorts: { id: ({ id }) => id, memory: ({ memory }) => memory, disk: ({ disk }) => disk },
    draw: (node) => drawNode(panel, call, node),
  })
  return { status: 200, body }
}

function viewNode(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawNode(panel, call, findRow(panel.nodes, call)) }
}

/** Paged only when a page is asked for; no node with room is a refusal, not an empty list. */
function listDeployableNodes(panel: Panel, call: SignedCall): Answer {
  checkFields(panel, 'findNodes', call.query)
  const nodes = findViableNodes(panel, {
    memory: numberIn(call.query, 'memory') ?? 0,
    disk: numberIn(call.query, 'disk') ?? 0,
    locations: integersIn(call.query, 'location_ids'),
  })
  if (nodes.length === 0) throw refusal('no_viable_node')
  const draw = (node: (typeof nodes)[number]) => drawNode(panel, call, node)
  const paged = call.query.page !== undefined
  return { status: 200, body: paged ? pageRows(nodes, call, { draw }) : list(nodes.map(draw)) }
}
