import type { ActOutcome, PluginContext, Provisioner, ProvisionInput } from '../../sdk/index.ts'
import { stateOf } from './describe-server.ts'
import { absent, permanent } from './failures.ts'
import { findServer } from './find-server.ts'
import { once } from './once.ts'
import type { Panel } from './panel.ts'

type ReinstallInput = Parameters<NonNullable<Provisioner['reinstall']>>[0]

const REFERENCE = 'install'

/** Runs the egg's install script anew. What of the files it keeps is up to the egg, so nothing is promised. */
export async function reinstallServer(
  panel: Panel,
  { service, keep_data, image, idempotency_key: key }: ReinstallInput,
  context: PluginContext,
): Promise<ActOutcome> {
  if (keep_data || image !== undefined)
    return permanent('invalid_settings', 'The panel reinstalls the egg of the server and promises no data.')
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  const failed = await once(context, { service: service.external_id, key }, () =>
    panel.call('POST', `/servers/${server.id}/reinstall`),
  )
  return failed ?? { outcome: 'pending', reference: REFERENCE }
}

/** The install script is all that is ever under way by itself. */
export async function followInstall(panel: Panel, { service }: ProvisionInput): Promise<ActOutcome> {
  const server = await findServer(panel, service)
  if (server === undefined) return absent(service.external_id)
  const state = stateOf(server)
  if (state === 'creating' || state === 'busy') return { outcome: 'pending', reference: REFERENCE }
  if (state === 'failed')
    return permanent('install_failed', 'The install script failed on its node. Look at it in the panel.')
  return { outcome: 'done', remote_id: String(server.id) }
}
