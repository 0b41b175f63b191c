import type { PluginContext, ProvisionInput, ProvisionOutcome } from '../../sdk/index.ts'
import { findServer, unlessAbsent } from './find-server.ts'
import { placeOf } from './once.ts'
import type { Panel } from './panel.ts'

/**
 * Deletes the server; one that is gone is deleted. Never by force: that would leave files on a node that does not
 * answer and hide it.
 */
export async function terminateServer(
  panel: Panel,
  { service }: ProvisionInput,
  { storage }: Pick<PluginContext, 'storage'>,
): Promise<ProvisionOutcome> {
  const server = await findServer(panel, service)
  if (server !== undefined) await unlessAbsent(panel.call('DELETE', `/servers/${server.id}`))
  await storage.remove(placeOf(service.external_id))
  return { outcome: 'done' }
}
