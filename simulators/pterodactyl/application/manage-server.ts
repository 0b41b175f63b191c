import type { Answer, SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import { allocationsOf, releaseAllocations } from '../panel/assign-allocations.ts'
import { reachDaemon } from '../panel/daemon.ts'
import { beginInstall } from '../panel/installs.ts'
import type { Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'
import { findRow } from './find-row.ts'

export function suspendServer(panel: Panel, call: SignedCall): Answer {
  return toggleSuspension(panel, findRow(panel.servers, call), true)
}

export function unsuspendServer(panel: Panel, call: SignedCall): Answer {
  return toggleSuspension(panel, findRow(panel.servers, call), false)
}

/** Repeating changes nothing and is answered alike. A node that cannot be told leaves the flag as it was. */
function toggleSuspension(panel: Panel, server: Server, suspend: boolean): Answer {
  if ((server.status === 'suspended') === suspend) return { status: 204 }
  if (server.transferring) throw refusal('transferring')
  reachDaemon(panel, server.node)
  server.status = suspend ? 'suspended' : null
  if (suspend) server.startedAt = null
  server.updated_at = panel.clock()
  return { status: 204 }
}

export function reinstallServer(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  reachDaemon(panel, server.node)
  beginInstall(panel, server, false)
  server.updated_at = panel.clock()
  return { status: 204 }
}

export function deleteServer(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  reachDaemon(panel, server.node)
  return removeServer(panel, server)
}

/** Removes the record whatever the node says; its files may stay behind there. */
export function forceDeleteServer(panel: Panel, call: SignedCall): Answer {
  return removeServer(panel, findRow(panel.servers, call))
}

function removeServer(panel: Panel, server: Server): Answer {
  releaseAllocations(
    panel,
    server,
    allocationsOf(panel, server).map(({ id }) => id),
  )
  for (const database of panel.databases.all()) {
    if (database.server === server.id) panel.databases.remove(database.id)
  }
  panel.servers.remove(server.id)
  return { status: 204 }
}
