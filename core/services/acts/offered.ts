import { covers, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { ServiceRow } from '../rows.ts'

/** Whether the plugin of a service offers an operation now. */
export function offers(
  { hooks }: Pick<Means, 'hooks'>,
  service: Pick<ServiceRow, 'instance_id'>,
  operation: string,
): boolean {
  return (
    service.instance_id !== null &&
    hooks.offering(`provisioner.${operation}`).some(({ instance }) => instance === service.instance_id)
  )
}

/** Whether an act on this service may be offered to this actor: one right may be held on it alone. */
export function mayOn(
  actor: Actor,
  service: Pick<ServiceRow, 'id' | 'client_id'>,
  permission: string,
): boolean {
  if (actor.kind === 'system') return true
  if (actor.kind === 'staff') return covers(actor.permissions, permission)
  return actor.grants.some(
    ({ serviceId, clientId, rights }) =>
      clientId === service.client_id &&
      (serviceId === null || serviceId === service.id) &&
      covers(rights, permission),
  )
}
