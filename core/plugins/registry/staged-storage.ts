import { sql, type Db, type Queries, type Trx } from '../../db/index.ts'
import { Refusal } from '../broker/refusal.ts'
import { STAGED_BYTES } from '../limits.ts'
import type { PluginStorage } from '../ports.ts'
import { floorOf, putEntry, raiseFloor, recordsBeside } from './plugin-storage.ts'

/** The storage of one instance while an upgrade moves it: read from the database, written nowhere until it is kept. */
export interface StagedStorage extends PluginStorage {
  /** Writes what was changed. False, and nothing is written: what was read is no longer what is there. */
  keep(trx: Trx, now: string): Promise<boolean>
}

interface Row {
  value: unknown
  bytes: number
  version: number
}

interface Place {
  /** What stood there when it was first looked at. */
  before: ReadonlyMap<string, Row>
  rows: Map<string, Row>
}

const NO_LIMIT = 1_000_000_000

/** Of a place that is empty, as long as it is known. */
const PLACE_BYTES = 500

export function stagedStorage(db: Db, instance: string, bytesMost = STAGED_BYTES): StagedStorage {
  const places = new Map<string, Promise<Place>>()
  let known: Promise<string[]> | undefined
  let floor: Promise<number> | undefined
  /** The highest version of what was removed here. */
  let gone = 0
  const hold = staysInMemory(bytesMost)
  const placeOf = async ({ record }: { record: string }): Promise<Place> => {
    const known = places.get(record)
    if (known) return known
    hold(PLACE_BYTES)
    const place = readPlace(db, instance, record)
    places.set(record, place)
    for (const { bytes } of (await place).before.values()) hold(bytes)
    return place
  }
  return {
    async get(at, key) {
      const row = (await placeOf(at)).rows.get(key)
      return row && { value: row.value, version: row.version }
    },
    async set(at, { key, value, bytes, ifVersion, bytesMax }) {
      const above = await (floor ??= floorOf(db, instance))
      const { rows } = await placeOf(at)
      const held = rows.get(key)?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== held) return 'conflict'
      const others = [...rows].reduce((sum, [name, row]) => sum + (name === key ? 0 : row.bytes), 0)
      if (others + bytes > bytesMax) return 'full'
      hold(bytes)
      const version = Math.max(held, gone, above) + 1
      rows.set(key, { value, bytes, version })
      return version
    },
    async remove(at, key) {
      const { rows } = await placeOf(at)
      gone = Math.max(gone, rows.get(key)?.version ?? 0)
      rows.delete(key)
      return undefined
    },
    async list(at, prefix, limit) {
      const keys = [...(await placeOf(at)).rows.keys()].filter((key) => key.startsWith(prefix))
      return keys.sort().slice(0, limit)
    },
    async records(_instance, after, limit) {
      known ??= recordsBeside(db, { instance, after: '', limit: NO_LIMIT })
      const used = new Set(await known)
      for (const [record, place] of places)
        if (record !== '' && (await place).rows.size > 0) used.add(record)
        else used.delete(record)
      return [...used]
        .filter((record) => record > after)
        .sort()
        .slice(0, limit)
    },
    async keep(trx, now) {
      const told = await known
      if (told && told.join() !== (await everyRecord(trx, instance)).join()) return false
      for (const [record, place] of places)
        if (!isUnchanged((await place).before, (await readPlace(trx, instance, record)).before)) return false
      // The old version may have removed something meanwhile.
      const above = await floorOf(trx, instance)
      await raiseFloor(trx, instance)
      for (const [record, place] of places)
        await write(trx, { instance, record }, await place, { above, now })
      return true
    },
  }
}

/** Counts bytes. What is written over counts again: nobody has to write an entry often. */
function staysInMemory(most: number): (bytes: number) => void {
  let held = 0
  return (bytes) => {
    held += bytes
    if (held > most)
      throw new Refusal('E_LIMIT', `An upgrade looks at and writes at most ${most} bytes of an instance.`)
  }
}

const everyRecord = (queries: Queries, instance: string) =>
  recordsBeside(queries, { instance, after: '', limit: NO_LIMIT })

async function readPlace(queries: Queries, instance: string, record: string): Promise<Place> {
  const found = await queries.all<{ storage_key: string; value: string; bytes: number; version: number }>(sql`
    select storage_key, value, bytes, version from plugin_storage
    where instance_id = ${instance} and record_id = ${record}`)
  const rows = found.map(({ storage_key, value, bytes, version }): [string, Row] => [
    storage_key,
    { value: JSON.parse(value) as unknown, bytes, version },
  ])
  return { before: new Map(rows), rows: new Map(rows) }
}

const isUnchanged = (one: ReadonlyMap<string, Row>, two: ReadonlyMap<string, Row>): boolean =>
  one.size === two.size && [...one].every(([key, row]) => two.get(key)?.version === row.version)

async function write(
  trx: Trx,
  at: { instance: string; record: string },
  { before, rows }: Place,
  { above, now }: { above: number; now: string },
): Promise<void> {
  for (const key of before.keys())
    if (!rows.has(key))
      await trx.run(sql`
        delete from plugin_storage
        where instance_id = ${at.instance} and record_id = ${at.record} and storage_key = ${key}`)
  for (const [key, row] of rows)
    if (row !== before.get(key))
      await putEntry(trx, at, { key, ...row, version: Math.max(row.version, above + 1), now })
}
