import type { Key, Permission, Resource } from '../panel/records.ts'

/** Writing implies reading. An account key of an administrator permits everything. */
export function permits(key: Key, resource: Resource, wanted: Permission): boolean {
  if (key.permissions === null) return true
  const held = key.permissions[resource]
  return held === 'write' || held === wanted
}
