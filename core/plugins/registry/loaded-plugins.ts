import { sql, type Queries } from '../../db/index.ts'
import type { Bundle } from '../bundle.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readPackage } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'
import { grantsOf } from './grants-of.ts'
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
  return {
    async find(row) {
      const { plugin_id, bundle_sha256, storage_bundle } = row
      const found = known.get(bundle_sha256)
      if (found) return asGranted(row, found)
      const shipped = (await bundled()).get(plugin_id)
      if (shipped?.bundle.hash === bundle_sha256) return asGranted(row, shipped.bundle)
      const other = await queries.get<Other>(sql`
        select p.source, p.granted_bundled, (select v.package from plugin_versions v
          where v.plugin_id = p.id and v.bundle_sha256 = ${bundle_sha256} order by v.id desc limit 1) as package
        from plugins p where p.id = ${plugin_id}`)
      if (other?.source === 'bundled')
        return shipped && (storage_bundle === null || storage_bundle === shipped.bundle.hash)
          ? asBefore(shipped, row.manifest, other.granted_bundled)
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

interface Other {
  source: string
  granted_bundled: string | null
  package: string | null
}

const asGranted = ({ manifest, asks_more }: Registered, bundle: Bundle): LoadedPlugin => ({
  ...{ manifest, bundle, asksMore: asks_more === 1 },
})

/**
 * The registry has gone on to another release: what its own version was granted before holds, or what both have in common
 * where that is more.
 */
function asBefore(
  { bundle, manifest: own }: LoadedPlugin,
  now: Manifest,
  before: string | null,
): LoadedPlugin {
  const granted = before === null ? [now] : [JSON.parse(before) as Manifest, now]
  const [most] = granted
    .map((one) => grantsOf(own, one))
    .sort((one, other) => one.added.length - other.added.length)
  return { manifest: most!.manifest, bundle, asksMore: most!.added.length > 0 }
}
