import type { ProvisionInput } from '../../../sdk/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { loadTarget } from '../delivery-target.ts'
import { findService } from '../load.ts'
import { showService } from '../show-service.ts'
import { offers } from './offered.ts'

/** How the plugin of a service is asked for what it shows on its page. */
export interface PanelCall {
  instance: string
  serverId: string
  input: ProvisionInput & { for: 'client' | 'staff' }
}

/** Null where there is none: a client sees that of a service that runs, staff also that of one that is suspended. */
export async function panelCall(
  means: Pick<Means, 'db' | 'hooks'>,
  serviceId: string,
  actor: Actor,
): Promise<PanelCall | null> {
  const service = await findService(means.db, actor, { id: serviceId, right: showService.permission })
  const side = actor.kind === 'staff' ? 'staff' : 'client'
  const { instance_id: instance, server_id: serverId, delivery_status: state } = service
  const isShown = state === 'live' || (state === 'suspended' && side === 'staff')
  if (!isShown || instance === null || serverId === null) return null
  if (!offers(means, service, 'draw_panel')) return null
  const target = await loadTarget(means.db, service, serverId)
  return { instance, serverId, input: { ...target, for: side } }
}
