import type { Action, ProvisionInput } from '../../../sdk/index.ts'
import type { DeadlineClass } from '../../plugins/index.ts'
import { loadTarget } from '../delivery-target.ts'
import { NothingAtProvider } from '../errors.ts'
import type { ProviderMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'

export interface Question {
  operation: string
  deadline: DeadlineClass
  extra?: object
}

/** One call of a service's provisioner. Rejects with plugin.…; never inside a transaction. */
export async function askThere<T>(
  means: ProviderMeans,
  service: ServiceRow,
  { operation, deadline, extra }: Question,
): Promise<T> {
  if (service.instance_id === null || service.server_id === null) throw NothingAtProvider({ id: service.id })
  const target: ProvisionInput = await loadTarget(means.db, service, service.server_id)
  const options = { deadline, serverId: service.server_id }
  return means.plugins.call<T>(
    service.instance_id,
    'provisioner',
    operation,
    { ...target, ...extra },
    options,
  )
}

/** Buttons of the plugin's own for one side. */
export async function ownActions(
  means: ProviderMeans,
  service: ServiceRow,
  side: 'client' | 'staff',
): Promise<Action[]> {
  const { actions } = await askThere<{ actions: Action[] }>(means, service, {
    ...{ operation: 'list_actions', deadline: 'page' },
  })
  return actions.filter((action) => action.for === side)
}
