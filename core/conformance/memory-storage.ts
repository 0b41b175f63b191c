import type { PluginStorage } from '../plugins/index.ts'

/** Storage of the instances of one host. */
export function memoryStorage(): PluginStorage {
  const instances = new Map<string, Map<string, { value: unknown; version: number; bytes: number }>>()
  const rowsOf = (instance: string) => {
    const rows =
      instances.get(instance) ?? new Map<string, { value: unknown; version: number; bytes: number }>()
    instances.set(instance, rows)
    return rows
  }
  return {
    get(instance, key) {
      const row = rowsOf(instance).get(key)
      return Promise.resolve(row && { value: row.value, version: row.version })
    },
    set(instance, { key, value, bytes, ifVersion, bytesMax }) {
      const rows = rowsOf(instance)
      const held = rows.get(key)?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== held) return Promise.resolve('conflict')
      const used = [...rows].reduce((sum, [name, row]) => sum + (name === key ? 0 : row.bytes), 0)
      if (used + bytes > bytesMax) return Promise.resolve('full')
      rows.set(key, { value, version: held + 1, bytes })
      return Promise.resolve(held + 1)
    },
    remove: (instance, key) => Promise.resolve(void rowsOf(instance).delete(key)),
    list(instance, prefix, limit) {
      const keys = [...rowsOf(instance).keys()].filter((key) => key.startsWith(prefix))
      return Promise.resolve(keys.sort().slice(0, limit))
    },
  }
}
