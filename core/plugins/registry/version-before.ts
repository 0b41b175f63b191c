import { sql, type Queries } from '../../db/index.ts'
import type { LoadedPlugin } from '../ports.ts'
import type { InstalledPlugin } from './inspect-package.ts'

/** What comes along with Berth under the id of a plugin, whether it runs or a package stands in its place. */
export type Shipped = (pluginId: string) => Promise<LoadedPlugin | undefined>

/** The version to which a plugin goes back. */
export interface VersionBefore extends Pick<
  InstalledPlugin,
  'version' | 'bundle_sha256' | 'source' | 'author_key'
> {
  /** The text of its plugin.json. */
  manifest: string
  /** The row of the version that it leaves. */
  leaves: string
}

/** The package installed before this one; before the first package, what comes along with Berth. Null when there is none. */
export async function versionBefore(
  queries: Queries,
  { id, source }: Pick<InstalledPlugin, 'id' | 'source'>,
  shipped?: Shipped,
): Promise<VersionBefore | null> {
  if (source !== 'package') return null
  const [current, before] = await queries.all<Omit<VersionBefore, 'leaves' | 'source'> & { id: string }>(sql`
    select id, version, bundle_sha256, manifest, author_key from plugin_versions
    where plugin_id = ${id} and left_at is null order by id desc limit 2`)
  if (!current) return null
  if (before) return { ...before, source: 'package', leaves: current.id }
  const own = await shipped?.(id)
  if (!own) return null
  return {
    ...{
      version: own.manifest.version,
      bundle_sha256: own.bundle.hash,
      manifest: JSON.stringify(own.manifest),
    },
    ...{ source: 'bundled', author_key: null, leaves: current.id },
  }
}
