import { sql, type Queries } from '../../db/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { LoadedPlugin } from '../ports.ts'
import { grantsOf } from './grants-of.ts'
import type { InstalledPlugin } from './inspect-package.ts'

/** What comes along with Berth under the id of a plugin, whether it runs or a package stands in its place. */
export type Shipped = (pluginId: string) => Promise<LoadedPlugin | undefined>

/** The version to which a plugin goes back. */
export interface VersionBefore extends Pick<
  InstalledPlugin,
  'version' | 'bundle_sha256' | 'source' | 'author_key'
> {
  /** The text of its plugin.json, as far as it was granted. */
  manifest: string
  /** The whole of it, where some of it will wait for staff. */
  asks: string | null
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
  const [current, before] = await queries.all<
    Omit<VersionBefore, 'leaves' | 'source' | 'asks'> & { id: string }
  >(sql`
    select id, version, bundle_sha256, manifest, author_key from plugin_versions
    where plugin_id = ${id} and left_at is null order by id desc limit 2`)
  if (!current) return null
  if (before) return { ...before, asks: null, source: 'package', leaves: current.id }
  const own = await shipped?.(id)
  return own ? { ...(await withGrants(queries, own)), leaves: current.id } : null
}

/**
 * What comes along, with what was granted of it before a package took its place. Where that was not kept, it has in
 * common with the package what was granted of the package.
 */
async function withGrants(
  queries: Queries,
  { manifest: asked, bundle }: LoadedPlugin,
): Promise<Omit<VersionBefore, 'leaves'>> {
  const row = await queries.get<{ granted: string }>(
    sql`select coalesce(granted_bundled, manifest) as granted from plugins where id = ${asked.id}`,
  )
  const { manifest, added } = grantsOf(asked, row ? (JSON.parse(row.granted) as Manifest) : null)
  return {
    ...{ version: asked.version, bundle_sha256: bundle.hash, manifest: JSON.stringify(manifest) },
    ...{ asks: added.length > 0 ? JSON.stringify(asked) : null, source: 'bundled', author_key: null },
  }
}
