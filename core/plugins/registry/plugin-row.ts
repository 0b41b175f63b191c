import { sql, type Queries } from '../../db/index.ts'
import { NotFound, type Instant } from '../../kernel/index.ts'
import type { Manifest } from '../manifest/manifest.ts'

export interface PluginRow {
  id: string
  version: string
  bundle_sha256: string
  /** JSON: what staff granted of the manifest. */
  manifest: string
  /** JSON: the whole manifest of the version that runs, while some of it waits for staff; null: nothing waits. */
  asks: string | null
  /** JSON: its permissions. */
  granted: string
  status: 'enabled' | 'disabled'
  installed_at: Instant
  updated_at: Instant
}

export interface InstanceRow {
  id: string
  plugin_id: string
  brand_id: string | null
  name: string
  settings: string
  status: 'active' | 'disabled'
  position: number
  /** Hash of the code that moved its storage; null: any version may use it. */
  storage_bundle: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface Instance extends InstanceRow {
  /** What staff granted of it. */
  manifest: Manifest
  /** 1: some of what its version asks for waits for staff. */
  asks_more: number
  bundle_sha256: string
  plugin_status: 'enabled' | 'disabled'
}

type Joined = Omit<Instance, 'manifest'> & { manifest: string }

export async function getInstance(queries: Queries, id: string): Promise<Instance> {
  const row = await queries.get<Joined>(sql`
    select i.*, p.manifest, p.bundle_sha256, p.status as plugin_status,
      case when p.asks is null then 0 else 1 end as asks_more
    from plugin_instances i join plugins p on p.id = i.plugin_id where i.id = ${id}`)
  if (!row) throw NotFound({ what: 'plugin instance', id })
  return parsed(row)
}

/** All instances in the order in which staff put them, with their manifests. */
export async function listInstances(queries: Queries): Promise<Instance[]> {
  const rows = await queries.all<Joined>(sql`
    select i.*, p.manifest, p.bundle_sha256, p.status as plugin_status,
      case when p.asks is null then 0 else 1 end as asks_more
    from plugin_instances i join plugins p on p.id = i.plugin_id order by i.position, i.id`)
  return rows.map(parsed)
}

export async function listPlugins(
  queries: Queries,
): Promise<(Omit<PluginRow, 'manifest' | 'asks'> & ReadManifests)[]> {
  const rows = await queries.all<PluginRow>(sql`select * from plugins order by id`)
  return rows.map((row) => ({ ...row, ...readManifests(row) }))
}

export interface ReadManifests {
  /** What staff granted of it. */
  manifest: Manifest
  /** The whole of the version that runs, while some of it waits for staff. */
  asks: Manifest | null
}

export const readManifests = ({ manifest, asks }: Pick<PluginRow, 'manifest' | 'asks'>): ReadManifests => ({
  manifest: JSON.parse(manifest) as Manifest,
  asks: asks === null ? null : (JSON.parse(asks) as Manifest),
})

const parsed = (row: Joined): Instance => ({ ...row, manifest: JSON.parse(row.manifest) as Manifest })
