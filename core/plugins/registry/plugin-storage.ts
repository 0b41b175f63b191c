import { forUpdate, sql, type Db, type Queries, type Sql, type Trx } from '../../db/index.ts'
import type { Clock } from '../../kernel/index.ts'
import type { PluginStorage, StoragePlace } from '../ports.ts'

/** The key–value store of plugin instances in our database. */
export function databaseStorage(db: Db, clock: Clock): PluginStorage {
  return {
    async get(at, key) {
      const row = await db.get<{ value: string | null; version: number; storage_bundle: string | null }>(sql`
        select s.value, s.version, i.storage_bundle from plugin_instances i left join plugin_storage s
          on s.instance_id = i.id and s.record_id = ${at.record} and s.storage_key = ${key}
        where i.id = ${at.instance}`)
      if (!row) return 'moved'
      if (isMoved(row, at)) return 'moved'
      return row.value === null
        ? undefined
        : { value: JSON.parse(row.value) as unknown, version: row.version }
    },
    set: (at, entry) =>
      db.transaction(async (trx) => {
        const locked = await lock(trx, at)
        if (locked === 'moved') return 'moved'
        const { key } = entry
        const row = await trx.get<{ version: number }>(sql`
          select version from plugin_storage where ${isAt(at)} and storage_key = ${key}`)
        if (entry.ifVersion !== undefined && entry.ifVersion !== (row?.version ?? 0)) return 'conflict'
        const others = await trx.get<{ bytes: number }>(sql`
          select coalesce(sum(bytes), 0) as bytes from plugin_storage where ${isAt(at)} and storage_key <> ${key}`)
        if ((others?.bytes ?? 0) + entry.bytes > entry.bytesMax) return 'full'
        const version = Math.max(row?.version ?? 0, locked.floor) + 1
        await putEntry(trx, at, { ...entry, version, now: clock.now() })
        return version
      }),
    remove: (at, key) =>
      db.transaction(async (trx) => {
        if ((await lock(trx, at)) === 'moved') return 'moved'
        const gone = sql`${isAt(at)} and storage_key = ${key}`
        await raiseFloor(trx, at.instance, gone)
        await trx.run(sql`delete from plugin_storage where ${gone}`)
        return undefined
      }),
    async list(at, prefix, limit) {
      const rows = await db.all<{ storage_key: string }>(sql`
        select storage_key from plugin_storage where ${isAt(at)} and substr(storage_key, 1, length(${prefix})) = ${prefix}
        order by storage_key limit ${limit}`)
      return rows.map((row) => row.storage_key)
    },
    records: (instance, after, limit) => recordsBeside(db, { instance, after, limit }),
  }
}

const isAt = ({ instance, record }: StoragePlace) => sql`instance_id = ${instance} and record_id = ${record}`

const isMoved = ({ storage_bundle }: { storage_bundle: string | null }, { bundle }: StoragePlace): boolean =>
  storage_bundle !== null && storage_bundle !== bundle

/**
 * One writer an instance at a time: the quota is a sum, and two writers would each leave out the other's row. Answers
 * 'moved' when an upgrade has moved the storage away from the version that asks, or the instance was removed under it;
 * else above which version a new entry begins.
 */
async function lock(trx: Trx, at: StoragePlace): Promise<'moved' | { floor: number }> {
  const row = await trx.get<{ storage_bundle: string | null; storage_floor: number }>(sql`
    select storage_bundle, storage_floor from plugin_instances where id = ${at.instance} ${forUpdate(trx.dialect)}`)
  return row === undefined || isMoved(row, at) ? 'moved' : { floor: row.storage_floor }
}

/**
 * Before entries of an instance are deleted: whoever read one of them may come back with its version after another was
 * written in its place, so no version is given twice. Answers the floor.
 */
export async function raiseFloor(
  trx: Trx,
  instance: string,
  gone: Sql = sql`instance_id = ${instance}`,
): Promise<number> {
  await trx.run(sql`
    update plugin_instances set storage_floor = (select max(v) from (
      select storage_floor as v union all select version from plugin_storage where ${gone}) seen)
    where id = ${instance}`)
  return floorOf(trx, instance)
}

/** The version above which what is written anew in an instance begins. */
export async function floorOf(queries: Queries, instance: string): Promise<number> {
  const row = await queries.get<{ floor: number }>(
    sql`select storage_floor as floor from plugin_instances where id = ${instance}`,
  )
  return row?.floor ?? 0
}

interface Entry {
  key: string
  value: unknown
  bytes: number
  version: number
  now: string
}

export async function putEntry(
  trx: Trx,
  { instance, record }: Pick<StoragePlace, 'instance' | 'record'>,
  { key, value, bytes, version, now }: Entry,
): Promise<void> {
  await trx.run(sql`
    insert into plugin_storage (instance_id, record_id, storage_key, value, bytes, version, updated_at)
    values (${instance}, ${record}, ${key}, ${JSON.stringify(value)}, ${bytes}, ${version}, ${now})
    on conflict (instance_id, record_id, storage_key) do update
    set value = excluded.value, bytes = excluded.bytes, version = excluded.version, updated_at = excluded.updated_at`)
}

/** Ids of the records beside which an instance keeps something. */
export async function recordsBeside(
  queries: Queries,
  { instance, after, limit }: { instance: string; after: string; limit: number },
): Promise<string[]> {
  const rows = await queries.all<{ record_id: string }>(sql`
    select distinct record_id from plugin_storage where instance_id = ${instance} and record_id > ${after}
    order by record_id limit ${limit}`)
  return rows.map(({ record_id }) => record_id)
}
