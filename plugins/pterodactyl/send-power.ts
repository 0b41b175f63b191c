import type { PluginContext, PowerInput, ProvisionOutcome } from '../../sdk/index.ts'
import { absent, permanent } from './failures.ts'
import { findServer } from './find-server.ts'
import { once } from './once.ts'
import type { Panel } from './panel.ts'

export async function sendPower(
  panel: Panel,
  { service, signal, idempotency_key: key }: PowerInput,
  context: PluginContext,
): Promise<ProvisionOutcome> {
  if (!panel.hasClientKey)
    return permanent(
      'invalid_settings',
      'Power needs a client API key of an administrator in the server settings.',
    )
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  const failed = await once(context, { service: service.external_id, key }, () =>
    panel.callClient('POST', `/servers/${server.identifier}/power`, { signal }),
  )
  return failed ?? { outcome: 'done', remote_id: String(server.id) }
}
