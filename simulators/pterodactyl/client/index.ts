import { checkFields } from '../application/index.ts'
import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { item } from '../http/envelope.ts'
import { contains, listRows, type Listing } from '../http/list-rows.ts'
import { reachDaemon } from '../panel/daemon.ts'
import type { Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'
import { sampleUsage } from '../panel/usage.ts'
import { textIn } from '../rules/index.ts'
import { drawClientServer } from './draw-client-server.ts'
import { findServer, requireUsable } from './find-server.ts'

const ONE = '/api/client/servers/{server}'
const PAGE_CAP = 100

export const clientRoutes: ApiRoute[] = [
  { method: 'GET', pattern: '/api/client', answer: listServers },
  { method: 'GET', pattern: ONE, answer: viewServer },
  { method: 'GET', pattern: `${ONE}/resources`, answer: viewResources },
  { method: 'POST', pattern: `${ONE}/power`, answer: sendPower },
]

/** `type=admin-all` lists every server for an administrator and none for anybody else. */
function listServers(panel: Panel, call: SignedCall): Answer {
  const type = textIn(call.query, 'type') ?? ''
  const listing: Listing<Server> = {
    filters: {
      uuid: contains(({ uuid }) => uuid),
      name: contains(({ name }) => name),
      description: contains(({ description }) => description),
      external_id: contains(({ external_id }) => external_id),
    },
    sorts: {},
    draw: (server) => drawClientServer(panel, call, server),
    cap: PAGE_CAP,
  }
  const rows = panel.servers.all().filter((server) => isListed(server, call, type))
  return { status: 200, body: listRows(rows, call, listing) }
}

function isListed(server: Server, { owner }: SignedCall, type: string): boolean {
  const own = server.user === owner.id
  if (type === 'admin-all') return owner.root_admin
  return type === 'admin' ? owner.root_admin && !own : own
}

/** The only client call that is answered in every state. */
function viewServer(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawClientServer(panel, call, findServer(panel, call)) }
}

function viewResources(panel: Panel, call: SignedCall): Answer {
  const server = findServer(panel, call)
  requireUsable(panel, server)
  reachDaemon(panel, server.node)
  const { state, usage } = sampleUsage(panel, server)
  const attributes = { current_state: state, is_suspended: false, resources: usage }
  return { status: 200, body: item('stats', attributes) }
}

function sendPower(panel: Panel, call: SignedCall): Answer {
  const server = findServer(panel, call)
  requireUsable(panel, server)
  checkFields(panel, 'sendPower', call.body)
  reachDaemon(panel, server.node)
  const signal = textIn(call.body, 'signal')
  if (signal === 'restart') server.startedAt = panel.clock()
  else if (signal === 'start') server.startedAt ??= panel.clock()
  else server.startedAt = null
  return { status: 204 }
}
