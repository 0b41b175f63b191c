import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { contains, listRows, type Listing } from '../http/list-rows.ts'
import { refusal } from '../http/refusals.ts'
import { identifierOf, type Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'
import { changeBuild } from './change-build.ts'
import { changeDetails, changeStartup } from './change-server.ts'
import { createServer } from './create-server.ts'
import { drawServer } from './draw-server.ts'
import { findRow } from './find-row.ts'
import {
  deleteServer,
  forceDeleteServer,
  reinstallServer,
  suspendServer,
  unsuspendServer,
} from './manage-server.ts'

const ROOT = '/api/application/servers'
const ONE = `${ROOT}/{id}`

export const serverRoutes: ApiRoute[] = [
  { method: 'GET', pattern: ROOT, resource: 'servers', answer: listServers },
  { method: 'POST', pattern: ROOT, resource: 'servers', answer: createServer },
  { method: 'GET', pattern: `${ROOT}/external/{external}`, resource: 'servers', answer: findExternalServer },
  { method: 'GET', pattern: ONE, resource: 'servers', answer: viewServer },
  { method: 'DELETE', pattern: ONE, resource: 'servers', answer: deleteServer },
  { method: 'DELETE', pattern: `${ONE}/force`, resource: 'servers', answer: forceDeleteServer },
  { method: 'PATCH', pattern: `${ONE}/details`, resource: 'servers', answer: changeDetails },
  { method: 'PATCH', pattern: `${ONE}/build`, resource: 'servers', answer: changeBuild },
  { method: 'PATCH', pattern: `${ONE}/startup`, resource: 'servers', answer: changeStartup },
  { method: 'POST', pattern: `${ONE}/suspend`, resource: 'servers', answer: suspendServer },
  { method: 'POST', pattern: `${ONE}/unsuspend`, resource: 'servers', answer: unsuspendServer },
  { method: 'POST', pattern: `${ONE}/reinstall`, resource: 'servers', answer: reinstallServer },
]

function listServers(panel: Panel, call: SignedCall): Answer {
  const listing: Listing<Server> = {
    filters: {
      uuid: contains(({ uuid }) => uuid),
      uuidShort: contains(identifierOf),
      name: contains(({ name }) => name),
      description: contains(({ description }) => description),
      image: contains(({ image }) => image),
      external_id: contains(({ external_id }) => external_id),
    },
    sorts: { id: ({ id }) => id, uuid: ({ uuid }) => uuid },
    draw: (server) => drawServer(panel, call, server),
  }
  return { status: 200, body: listRows(panel.servers.all(), call, listing) }
}

function findExternalServer(panel: Panel, call: SignedCall): Answer {
  const server = panel.servers.all().find(({ external_id }) => external_id === call.parts.external)
  if (!server) throw refusal('not_found')
  return { status: 200, body: drawServer(panel, call, server) }
}

function viewServer(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawServer(panel, call, findRow(panel.servers, call)) }
}
