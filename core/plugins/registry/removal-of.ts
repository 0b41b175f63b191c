import { list, sql, type Queries } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { findPlugin, type InstalledPlugin } from './inspect-package.ts'

/** What goes with a plugin when it is removed, as whoever removes it reads it before. */
export interface Removal {
  plugin: InstalledPlugin
  instances: readonly { id: string; name: string }[]
  /** Of these, those to which a record points: with one the plugin is not removed. */
  used: readonly { id: string; name: string }[]
  secrets: number
  /** Entries of its own data, and of those beside records. */
  storage: number
  beside: number
  /** Lines of its log. */
  log: number
}

type Counts = Pick<Removal, 'secrets' | 'storage' | 'beside' | 'log'>

/** Throws record.not_found for a plugin that is not installed. Changes nothing. */
export async function removalOf(
  { db, uses }: { db: Queries; uses(instanceId: string): Promise<number> },
  pluginId: string,
): Promise<Removal> {
  const plugin = await findPlugin(db, pluginId)
  if (!plugin) throw NotFound({ what: 'plugin', id: pluginId })
  const instances = await db.all<{ id: string; name: string }>(
    sql`select id, name from plugin_instances where plugin_id = ${pluginId} order by id`,
  )
  const used: { id: string; name: string }[] = []
  for (const one of instances) if ((await uses(one.id)) > 0) used.push(one)
  return { plugin, instances, used, ...(await countsOf(db, instances)) }
}

async function countsOf(queries: Queries, instances: readonly { id: string }[]): Promise<Counts> {
  if (instances.length === 0) return { secrets: 0, storage: 0, beside: 0, log: 0 }
  const ids = list(instances.map(({ id }) => id))
  const row = await queries.get<Counts>(sql`
    select (select count(*) from secrets where owner_id in (${ids})) as secrets,
      (select count(*) from plugin_storage where instance_id in (${ids}) and record_id = '') as storage,
      (select count(*) from plugin_storage where instance_id in (${ids}) and record_id <> '') as beside,
      (select count(*) from plugin_log where instance_id in (${ids})) as log`)
  const { secrets, storage, beside, log } = row!
  return { secrets: Number(secrets), storage: Number(storage), beside: Number(beside), log: Number(log) }
}
