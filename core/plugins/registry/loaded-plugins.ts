import { sql, type Queries } from '../../db/index.ts'
import { readPackage } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'

/** Finds the code of a plugin by the hash that the registry names, so that every node runs the version of now. */
export interface LoadedPlugins {
  /**
   * `storageBundle`: the code that alone understands what the instance keeps. Without it a node answers, where the
   * registry names what came along with another release, with what came along with its own.
   */
  find(pluginId: string, bundleHash: string, storageBundle?: string | null): Promise<LoadedPlugin | undefined>
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
    async find(pluginId, bundleHash, storageBundle = null) {
      const found = known.get(bundleHash)
      if (found) return found
      const shipped = (await bundled()).get(pluginId)
      if (shipped?.bundle.hash === bundleHash) return shipped
      const row = await queries.get<{ package: string | null; source: string }>(sql`
        select p.source, (select v.package from plugin_versions v
          where v.plugin_id = p.id and v.bundle_sha256 = ${bundleHash} order by v.id desc limit 1) as package
        from plugins p where p.id = ${pluginId}`)
      if (row?.source === 'bundled')
        return storageBundle === null || storageBundle === shipped?.bundle.hash ? shipped : undefined
      if (row?.package == null) return undefined
      const { manifest, bundle } = readPackage(row.package)
      if (bundle.hash !== bundleHash) return undefined
      if (known.size >= KEPT_MAX) known.delete(known.keys().next().value!)
      known.set(bundleHash, { manifest, bundle })
      return { manifest, bundle }
    },
  }
}
