import { randomFillSync } from 'node:crypto'
import { join, resolve } from 'node:path'
import {
  createPlugins,
  databaseLog,
  databaseStorage,
  loadBundled,
  loadedPlugins,
  pluginCalls,
  type Plugins,
} from '../../plugins/index.ts'
import type { HostWiring } from '../areas.ts'
import { loadAllHooks } from './all-hooks.ts'
import { pluginScopes } from './plugin-scopes.ts'
import { tellOfTrouble } from './tell-of-trouble.ts'
import type { PluginHost } from '../plugin-port.ts'

const FOLDER = resolve(import.meta.dirname, '../../../plugins')

/** The plugin host with everything that comes with Berth. It is made with the first call, and its processes with it. */
export function openPlugins({
  config,
  means,
  hooks,
  outbound,
}: Pick<HostWiring, 'config' | 'means' | 'hooks' | 'outbound'>): PluginHost & {
  drain(instanceId: string): void
} {
  const cache = join(config.dataDir, 'cache')
  let loading: ReturnType<typeof loadBundled> | undefined
  const loaded = () => (loading ??= loadAllHooks().then(() => loadBundled(means, { plugins: FOLDER, cache })))
  const log = databaseLog({ ...means, tell: (incident) => tellOfTrouble(means, incident) })
  let made: Plugins | undefined
  const plugins = () =>
    (made ??= createPlugins({
      clock: means.clock,
      randomFill: (bytes) => void randomFillSync(bytes),
      storage: databaseStorage(means.db, means.clock),
      scopes: pluginScopes(means.db),
      log,
      cacheFolder: cache,
      wards: config.wards,
      wall: config.pluginWall,
      outbound,
    }))
  const { call, browserPart } = pluginCalls({
    ...{ db: means.db, keys: means.keys, plugins, outbound },
    loaded: loadedPlugins(means.db, loaded),
  })
  return {
    start: async () => void (await loaded()),
    call,
    browserPart,
    drain: (instanceId) => {
      made?.drain(instanceId)
      void hooks.refresh()
    },
    shipped: async (pluginId) => (await loaded()).get(pluginId),
    forgive: (pluginId) => made?.enable(pluginId),
    health: () => plugins().health(),
    stop: async () => {
      made?.stop()
      await log.stop()
    },
  }
}
