import type { ActOutcome, Provisioner } from '../../sdk/index.ts'
import { accessTo } from './access.ts'
import { absent } from './failures.ts'
import { findServer } from './find-server.ts'
import { findOrCreateUser } from './find-user.ts'
import type { Panel } from './panel.ts'
import type { Item, Server } from './records.ts'

type ChangeOwnerInput = Parameters<NonNullable<Provisioner['change_owner']>>[0]

/** Puts the server into the hands of the new client's user, which is made where there is none. Told twice, it is so already. */
export async function changeOwner(panel: Panel, { service }: ChangeOwnerInput): Promise<ActOutcome> {
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  const user = await findOrCreateUser(panel, service.client)
  // Outside id and description that are not sent are erased.
  await panel.call<Item<Server>>('PATCH', `/servers/${server.id}/details`, {
    name: server.name,
    user: user.id,
    external_id: service.external_id,
    description: server.description ?? '',
  })
  const found = await findServer(panel, service)
  if (found === undefined) return absent(service.external_id)
  return { outcome: 'done', access: accessTo(panel, found) }
}
