import { randomFillSync } from 'node:crypto'
import { join, resolve } from 'node:path'
import { isHostOfBrand } from '../../brands/index.ts'
import type { Queries } from '../../db/index.ts'
import {
  createPlugins,
  databaseWrites,
  instanceMover,
  databaseLog,
  databaseLosses,
  databaseRefusals,
  databaseStorage,
  loadBundled,
  loadedPlugins,
  pluginCalls,
  type Plugins,
} from '../../plugins/index.ts'
import type { HostWiring } from '../areas.ts'
import { findInstallation } from '../installation.ts'
import { loadAllHooks } from './all-hooks.ts'
import { recordFinder } from './plugin-records.ts'
import { processBeside } from './process-beside.ts'
import { pluginScopes } from './plugin-scopes.ts'
import { pluginWrites } from './plugin-writes.ts'
import { tellOfTrouble } from './tell-of-trouble.ts'
import type { PluginHost } from '../plugin-port.ts'

const FOLDER = resolve(import.meta.dirname, '../../../plugins')

/** Without a role nobody is told of its hosts. */
type OpenFrom = Pick<HostWiring, 'config' | 'means' | 'hooks' | 'outbound'> &
  Partial<Pick<HostWiring, 'role'>>

/** The plugin host with everything that comes with Berth. It is made with the first call, and its processes with it. */
export function openPlugins(from: OpenFrom): PluginHost & { drain(instanceId: string): void } {
  const { config, means, hooks, outbound, role = 'command' } = from
  const cache = join(config.dataDir, 'cache')
  let loading: ReturnType<typeof loadBundled> | undefined
  const loaded = () =>
    (loading ??= loadAllHooks().then(() => loadBundled({ ...means, move }, { plugins: FOLDER, cache })))
  let made: Plugins | undefined
  const drain = (instanceId: string) => {
    made?.drain(instanceId)
    void reread()
  }
  const reread = () => hooks.refresh()
  const forgive = (pluginId: string) => made?.forgive(pluginId)
  const log = databaseLog({
    ...means,
    tell: (incident) => tellOfTrouble({ ...means, drain, forgive }, incident),
  })
  const refusals = databaseRefusals(means)
  const plugins = () =>
    (made ??= createPlugins({
      clock: means.clock,
      randomFill: (bytes) => void randomFillSync(bytes),
      storage: databaseStorage(means.db, means.clock),
      scopes: pluginScopes(means.db),
      findRecord: recordFinder(means.db),
      writes: databaseWrites(means, pluginWrites),
      log,
      refusals,
      losses: databaseLosses(means),
      cacheFolder: cache,
      wards: config.wards,
      wall: config.pluginWall,
      isOwnHost: ownHosts(means.db, config.url),
      outbound,
      stacks: showsStacks(means.db),
    }))
  const callMeans = {
    ...{ db: means.db, keys: means.keys, plugins, outbound },
    loaded: loadedPlugins(means.db, loaded),
  }
  const calls = pluginCalls(callMeans)
  const move = instanceMover(callMeans)
  const beside = processBeside({ config, means, role }, () => plugins().health())
  return {
    async start() {
      await loaded()
      await beside.start()
    },
    ...calls,
    // Only a strict wall refuses anything; otherwise the host is made with the first call.
    demandWall: async () => (config.pluginWall === 'strict' ? plugins().demandWall() : undefined),
    move,
    drain,
    reread,
    shipped: async (pluginId) => (await loaded()).get(pluginId),
    forgive,
    health: () => plugins().health(),
    toldHealths: beside.others,
    // Host processes first: what is written after them may fail or wait.
    stop: async () => {
      made?.stop()
      await beside.stop()
      await refusals.stop()
      await log.stop()
    },
  }
}

/** Where a plugin threw is said where plugins may be developed, and nowhere else: stacks are anything that one likes. */
const showsStacks = (queries: Queries): Promise<boolean> =>
  findInstallation(queries).then(
    (found) => found !== undefined && found.kind !== 'real',
    () => false,
  )

const HTTPS_PORT = 443

/**
 * Where this installation answers: under its public address, and there under the hosts of its brands. Something else
 * may answer on the same machine at another port, a panel for instance.
 */
export function ownHosts(queries: Queries, address: string | null) {
  const own = address === null ? null : new URL(address)
  const ports = [HTTPS_PORT, own === null || own.port === '' ? HTTPS_PORT : Number(own.port)]
  return async (host: string, port: number): Promise<boolean> =>
    ports.includes(port) && (host === own?.hostname || isHostOfBrand(queries, host))
}
