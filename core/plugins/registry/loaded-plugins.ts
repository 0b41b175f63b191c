import { sql, type Queries } from '../../db/index.ts'
import type { Bundle } from '../bundle.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { grantedPart, readPackage } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'
import type { Instance } from './plugin-row.ts'

/** What the registry says of a plugin, by which its code is found. */
export type Registered = Pick<
  Instance,
  'plugin_id' | 'bundle_sha256' | 'storage_bundle' | 'manifest' | 'asks_more'
>

/**
 * Finds the code of a plugin by the hash that the registry names, so that every node runs the version of now, with what
 * staff granted of its manifest.
 */
export interface LoadedPlugins {
  /**
   * `storage_bundle`: the code that alone understands what the instance keeps. Without it a node answers, where the
   * registry names what came along with another release, with what came along with its own.
   */
  find(row: Registered): Promise<LoadedPlugin | undefined>
}

/** Code kept in memory; an older one is read again when somebody goes back to it. */
const KEPT_MAX = 200

/** Bundled plugins come from their folder, others from the package that was verified when it was installed. */
export function loadedPlugins(
  queries: Queries,
  bundled: () => Promise<ReadonlyMap<string, LoadedPlugin>>,
): LoadedPlugins {
  // The code alone: versions and plugins that ask for different things may have the same.
  const known = new Map<string, Bundle>()
  const ofRelease = releaseGrants()
  return {
    async find(row) {
      const { plugin_id, bundle_sha256, storage_bundle } = row
      const found = known.get(bundle_sha256)
      if (found) return asGranted(row, found)
      const shipped = (await bundled()).get(plugin_id)
      if (shipped?.bundle.hash === bundle_sha256) return ofRelease.now(shipped, row)
      const other = await queries.get<{ package: string | null; source: string }>(sql`
        select p.source, (select v.package from plugin_versions v
          where v.plugin_id = p.id and v.bundle_sha256 = ${bundle_sha256} order by v.id desc limit 1) as package
        from plugins p where p.id = ${plugin_id}`)
      if (other?.source === 'bundled')
        return shipped && (storage_bundle === null || storage_bundle === shipped.bundle.hash)
          ? ofRelease.before(shipped, row)
          : undefined
      if (other?.package == null) return undefined
      const { bundle } = readPackage(other.package)
      if (bundle.hash !== bundle_sha256) return undefined
      if (known.size >= KEPT_MAX) known.delete(known.keys().next().value!)
      known.set(bundle_sha256, bundle)
      return asGranted(row, bundle)
    },
  }
}

const asGranted = ({ manifest, asks_more }: Registered, bundle: Bundle): LoadedPlugin => ({
  ...{ manifest, bundle, asksMore: asks_more === 1 },
})

/** What staff granted of the plugins that came along with the release of this node. */
function releaseGrants() {
  const granted = new Map<string, Manifest>()
  return {
    now({ bundle, manifest: { id } }: LoadedPlugin, row: Registered): LoadedPlugin {
      granted.set(id, row.manifest)
      return asGranted(row, bundle)
    },
    /**
     * The registry has gone on to another release: what was granted last holds. A node that never knew it has what both
     * versions have in common.
     */
    before({ bundle, manifest }: LoadedPlugin, row: Registered): LoadedPlugin {
      return { manifest: granted.get(manifest.id) ?? grantedPart(manifest, row.manifest), bundle }
    },
  }
}
