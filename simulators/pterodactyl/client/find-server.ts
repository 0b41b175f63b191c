import type { SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import { identifierOf, isInstalled, type Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'

/** By identifier or uuid. Somebody else's server is as absent as one that never was. */
export function findServer(panel: Panel, call: SignedCall): Server {
  const wanted = call.parts.server
  const server = panel.servers.all().find((row) => row.uuid === wanted || identifierOf(row) === wanted)
  if (!server || (server.user !== call.owner.id && !call.owner.root_admin)) throw refusal('not_found')
  return server
}

/** Throws the 409 of a server that cannot be used now. */
export function requireUsable(panel: Panel, server: Server): void {
  if (server.status === 'suspended') throw refusal('server_suspended')
  if (panel.nodes.find(server.node)?.maintenance_mode) throw refusal('node_in_maintenance')
  if (!isInstalled(server)) throw refusal('server_not_installed')
  if (server.status === 'restoring_backup') throw refusal('server_restoring')
  if (server.transferring) throw refusal('server_transferring')
}
