import { randomFillSync } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createPlugins, databaseLog, databaseStorage, loadBundled, pluginCalls } from '../../plugins/index.ts'
import type { HostWiring } from '../areas.ts'
import type { PluginHost } from '../plugin-port.ts'

const FOLDER = resolve(import.meta.dirname, '../../../plugins')

/** Starts the plugin host with everything that comes with Berth. Its processes start with the first call. */
export async function openPlugins({
  config,
  means,
  outbound,
}: Pick<HostWiring, 'config' | 'means' | 'outbound'>): Promise<
  PluginHost & { drain(instanceId: string): void }
> {
  const cache = join(config.dataDir, 'cache')
  const loaded = await loadBundled(means, { plugins: FOLDER, cache })
  const log = databaseLog(means)
  const plugins = createPlugins({
    clock: means.clock,
    randomFill: (bytes) => void randomFillSync(bytes),
    storage: databaseStorage(means.db, means.clock),
    log,
    cacheFolder: cache,
    wards: config.wards,
    wall: config.pluginWall,
    outbound,
  })
  const { call } = pluginCalls({ db: means.db, keys: means.keys, plugins, loaded })
  return {
    call,
    drain: (instanceId) => plugins.drain(instanceId),
    health: async () => ({ ...(await plugins.health()) }),
    stop: async () => {
      plugins.stop()
      await log.stop()
    },
  }
}
