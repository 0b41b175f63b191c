import { sql, type Queries } from '../../db/index.ts'
import { NotFound, type Instant } from '../../kernel/index.ts'
import type { Manifest } from '../manifest/manifest.ts'

export interface PluginRow {
  id: string
  version: string
  bundle_sha256: string
  manifest: string
  /** JSON: the permissions that staff granted, as the manifest stated them then. */
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
  manifest: Manifest
  bundle_sha256: string
  plugin_status: 'enabled' | 'disabled'
}

type Joined = Omit<Instance, 'manifest'> & { manifest: string }

export async function getInstance(queries: Queries, id: string): Promise<Instance> {
  const row = await queries.get<Joined>(sql`
    select i.*, p.manifest, p.bundle_sha256, p.status as plugin_status
    from plugin_instances i join plugins p on p.id = i.plugin_id where i.id = ${id}`)
  if (!row) throw NotFound({ what: 'plugin instance', id })
  return parsed(row)
}

/** All instances in the order in which staff put them, with their manifests. */
export async function listInstances(queries: Queries): Promise<Instance[]> {
  const rows = await queries.all<Joined>(sql`
    select i.*, p.manifest, p.bundle_sha256, p.status as plugin_status
    from plugin_instances i join plugins p on p.id = i.plugin_id order by i.position, i.id`)
  return rows.map(parsed)
}

export async function listPlugins(
  queries: Queries,
): Promise<(Omit<PluginRow, 'manifest'> & { manifest: Manifest })[]> {
  const rows = await queries.all<PluginRow>(sql`select * from plugins order by id`)
  return rows.map((row) => ({ ...row, manifest: JSON.parse(row.manifest) as Manifest }))
}

const parsed = (row: Joined): Instance => ({ ...row, manifest: JSON.parse(row.manifest) as Manifest })
