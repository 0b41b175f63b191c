import type { ProvisionInput, ProvisionOutcome } from '../../sdk/index.ts'
import { absent } from './failures.ts'
import { findServer } from './find-server.ts'
import type { Panel } from './panel.ts'

/** The panel takes both calls as often as they come. */
export const suspend = (panel: Panel, input: ProvisionInput) => turn(panel, input, 'suspend')
export const release = (panel: Panel, input: ProvisionInput) => turn(panel, input, 'unsuspend')

async function turn(
  panel: Panel,
  { service }: ProvisionInput,
  verb: 'suspend' | 'unsuspend',
): Promise<ProvisionOutcome> {
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  await panel.call('POST', `/servers/${server.id}/${verb}`)
  return { outcome: 'done', remote_id: String(server.id) }
}
