import type { Db } from '../../db/index.ts'
import { readSecret, type KeyRing } from '../../secrets/index.ts'
import type { OutboundMap } from '../broker/fetch.ts'
import type { Plugins } from '../plugins.ts'
import type { LoadedPlugin, PluginInstance } from '../ports.ts'
import type { LoadedPlugins } from './loaded-plugins.ts'
import type { Instance } from './plugin-row.ts'
import { trustedIn, withoutTrusted } from './trusted-hosts.ts'

export interface CallMeans {
  db: Db
  keys: KeyRing
  plugins(): Plugins
  loaded: LoadedPlugins
  outbound?: OutboundMap
}

export function instanceOf(means: CallMeans, row: Instance, plugin: LoadedPlugin): PluginInstance {
  const settings = JSON.parse(row.settings) as Record<string, unknown>
  return {
    id: row.id,
    brandId: row.brand_id,
    plugin,
    settings: withoutTrusted(settings),
    secrets: async (name) => (await readSecret(means.db, means.keys, row.id, name)) ?? undefined,
    trustedHosts: trustedIn(settings),
  }
}
