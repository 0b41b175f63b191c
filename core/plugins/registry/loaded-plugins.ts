import { sql, type Queries } from '../../db/index.ts'
import { readPackage } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'

/** Finds the code of a plugin by the hash that the registry names, so that every node runs the version of now. */
export interface LoadedPlugins {
  find(pluginId: string, bundleHash: string): Promise<LoadedPlugin | undefined>
}

/** Versions kept in memory; an older one is read again when somebody goes back to it. */
const KEPT_MAX = 200

/** Bundled plugins come from their folder, others from the package that was verified when it was installed. */
export function loadedPlugins(
  queries: Queries,
  bundled: () => Promise<ReadonlyMap<string, LoadedPlugin>>,
): LoadedPlugins {
  const known = new Map<string, LoadedPlugin>()
  return {
    async find(pluginId, bundleHash) {
      const found = known.get(bundleHash)
      if (found) return found
      const shipped = (await bundled()).get(pluginId)
      if (shipped?.bundle.hash === bundleHash) return shipped
      const row = await queries.get<{ package: string }>(sql`
        select package from plugin_versions
        where plugin_id = ${pluginId} and bundle_sha256 = ${bundleHash} order by id desc limit 1`)
      if (!row) return undefined
      const { manifest, bundle } = readPackage(row.package)
      if (bundle.hash !== bundleHash) return undefined
      if (known.size >= KEPT_MAX) known.delete(known.keys().next().value!)
      known.set(bundleHash, { manifest, bundle })
      return { manifest, bundle }
    },
  }
}
