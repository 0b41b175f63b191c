import type { PluginStorage, StoragePlace } from '../plugins/index.ts'

interface Row {
  value: unknown
  version: number
  bytes: number
}

/** Storage of the instances of one host. */
export function memoryStorage(): PluginStorage {
  const instances = new Map<string, Map<string, Map<string, Row>>>()
  /** The highest version of what is gone: what is written anew begins above it. */
  const floors = new Map<string, number>()
  const placesOf = (instance: string) => kept(instances, instance, () => new Map<string, Map<string, Row>>())
  const rowsOf = ({ instance, record }: Pick<StoragePlace, 'instance' | 'record'>) =>
    kept(placesOf(instance), record, () => new Map<string, Row>())
  return {
    get(at, key) {
      const row = rowsOf(at).get(key)
      return Promise.resolve(row && { value: row.value, version: row.version })
    },
    set(at, { key, value, bytes, ifVersion, bytesMax }) {
      const rows = rowsOf(at)
      const held = rows.get(key)?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== held) return Promise.resolve('conflict')
      const used = [...rows].reduce((sum, [name, row]) => sum + (name === key ? 0 : row.bytes), 0)
      if (used + bytes > bytesMax) return Promise.resolve('full')
      const version = Math.max(held, floors.get(at.instance) ?? 0) + 1
      rows.set(key, { value, version, bytes })
      return Promise.resolve(version)
    },
    remove(at, key) {
      const gone = rowsOf(at).get(key)?.version ?? 0
      floors.set(at.instance, Math.max(gone, floors.get(at.instance) ?? 0))
      rowsOf(at).delete(key)
      return Promise.resolve(undefined)
    },
    list(at, prefix, limit) {
      const keys = [...rowsOf(at).keys()].filter((key) => key.startsWith(prefix))
      return Promise.resolve(keys.sort().slice(0, limit))
    },
    records(instance, after, limit) {
      const used = [...placesOf(instance)].filter(([record, rows]) => record > after && rows.size > 0)
      return Promise.resolve(
        used
          .map(([record]) => record)
          .sort()
          .slice(0, limit),
      )
    },
  }
}

function kept<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
