import { forUpdate, sql, type Db } from '../../db/index.ts'
import type { Clock } from '../../kernel/index.ts'
import type { PluginStorage } from '../ports.ts'

/** The key–value store of plugin instances in our database. */
export function databaseStorage(db: Db, clock: Clock): PluginStorage {
  return {
    async get(instance, key) {
      const row = await db.get<{ value: string; version: number }>(sql`
        select value, version from plugin_storage where instance_id = ${instance} and record_id = '' and storage_key = ${key}`)
      return row && { value: JSON.parse(row.value) as unknown, version: row.version }
    },
    set: (instance, entry) =>
      db.transaction(async (trx) => {
        // One writer an instance at a time: the quota is a sum, and two writers would each leave out the other's row.
        await trx.get(sql`select id from plugin_instances where id = ${instance} ${forUpdate(trx.dialect)}`)
        const row = await trx.get<{ version: number }>(sql`
          select version from plugin_storage where instance_id = ${instance} and record_id = '' and storage_key = ${entry.key}`)
        if (entry.ifVersion !== undefined && entry.ifVersion !== (row?.version ?? 0)) return 'conflict'
        const others = await trx.get<{ bytes: number }>(sql`
          select coalesce(sum(bytes), 0) as bytes from plugin_storage where instance_id = ${instance} and storage_key <> ${entry.key}`)
        if ((others?.bytes ?? 0) + entry.bytes > entry.bytesMax) return 'full'
        const version = (row?.version ?? 0) + 1
        const changed = await trx.run(sql`
          insert into plugin_storage (instance_id, record_id, storage_key, value, bytes, version, updated_at)
          values (${instance}, '', ${entry.key}, ${JSON.stringify(entry.value)}, ${entry.bytes}, ${version}, ${clock.now()})
          on conflict (instance_id, record_id, storage_key) do update
          set value = excluded.value, bytes = excluded.bytes, version = excluded.version, updated_at = excluded.updated_at
          where plugin_storage.version = ${row?.version ?? 0}`)
        return changed === 1 ? version : 'conflict'
      }),
    async remove(instance, key) {
      await db.run(
        sql`delete from plugin_storage where instance_id = ${instance} and record_id = '' and storage_key = ${key}`,
      )
    },
    async list(instance, prefix, limit) {
      const rows = await db.all<{ storage_key: string }>(sql`
        select storage_key from plugin_storage where instance_id = ${instance} and record_id = '' and substr(storage_key, 1, length(${prefix})) = ${prefix}
        order by storage_key limit ${limit}`)
      return rows.map((row) => row.storage_key)
    },
  }
}
