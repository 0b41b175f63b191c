import type { ProvisionOutcome, ServiceReport, ServiceTarget } from '../../sdk/index.ts'
import { accessTo } from './access.ts'
import { permanent } from './failures.ts'
import { findServer } from './find-server.ts'
import type { Panel } from './panel.ts'
import type { Server } from './records.ts'

export async function describeServer(panel: Panel, service: ServiceTarget): Promise<ServiceReport> {
  const server = await findServer(panel, service)
  if (server === undefined) return { state: 'absent' }
  return {
    state: stateOf(server),
    remote_id: String(server.id),
    access: accessTo(panel, server),
    ...(server.status === null ? {} : { detail: server.status }),
  }
}

/** A status that we do not know is busy, never a failure. */
export function stateOf({ status, suspended }: Server): ServiceReport['state'] {
  if (status === 'suspended' || suspended) return 'suspended'
  if (status === null) return 'live'
  if (status === 'installing') return 'creating'
  if (status === 'install_failed' || status === 'reinstall_failed') return 'failed'
  return 'busy'
}

/** How far a server that exists has come. */
export function outcomeOf(panel: Panel, server: Server): ProvisionOutcome {
  const made = { remote_id: String(server.id), access: accessTo(panel, server) }
  const state = stateOf(server)
  if (state === 'creating') return { outcome: 'pending', ...made }
  if (state === 'failed')
    return permanent(
      'install_failed',
      `The install script of server ${server.identifier} failed on its node. Look at it in the panel and reinstall.`,
    )
  return { outcome: 'done', ...made }
}
