import { join } from 'node:path'
import type { AdminPorts } from '../../http/index.ts'
import { getInstance, hostFields, packageSource, packFolder, secretFields } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { findInstallation } from '../installation.ts'
import { pluginAdmin } from './plugin-admin.ts'
import { pluginWrites } from './plugin-writes.ts'
import { scopeRecords } from './plugin-scopes.ts'

/** What pages of staff reach beyond the means. */
export function adminPorts(wiring: Wiring): AdminPorts {
  const { means, engine, plugins } = wiring
  const { drain, reread, forgive, shipped, uses, move } = pluginAdmin(wiring)
  return {
    serverSettings: async (instanceId) => {
      const { manifest } = await getInstance(means.db, instanceId)
      const schema = manifest.server_settings ?? { type: 'object', properties: {} }
      return { schema, secrets: secretFields(schema), hosts: hostFields(manifest, 'server') }
    },
    ...{ drain, reread, forgive, shipped, uses, ...(move ? { move } : {}) },
    scopeRecords: scopeRecords(means.db),
    packages: packageSource({ outbound: wiring.outbound }),
    folders: async () => {
      const isReal = (await findInstallation(means.db))?.kind === 'real'
      return isReal ? null : (folder) => packFolder(folder, join(wiring.config.dataDir, 'cache'))
    },
    pluginHealth: async () => (await plugins.health?.()) ?? null,
    toldHealths: async () => (await plugins.toldHealths?.()) ?? [],
    writeActs: pluginWrites,
    jobDesk: engine,
    health: async () => (await wiring.health()).checks,
  }
}
