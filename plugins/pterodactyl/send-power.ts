import type { PowerInput, ProvisionOutcome } from '../../sdk/index.ts'
import { absent, permanent } from './failures.ts'
import { findServer } from './find-server.ts'
import type { Panel } from './panel.ts'

export async function sendPower(panel: Panel, { service, signal }: PowerInput): Promise<ProvisionOutcome> {
  if (!panel.hasClientKey)
    return permanent(
      'invalid_settings',
      'Power needs a client API key of an administrator in the server settings.',
    )
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  await panel.callClient('POST', `/servers/${server.identifier}/power`, { signal })
  return { outcome: 'done', remote_id: String(server.id) }
}
