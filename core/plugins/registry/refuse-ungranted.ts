import { permissionsAdded, PermissionsAsked } from '../package/index.ts'
import type { InstalledPlugin } from './inspect-package.ts'

/** Nothing is set up of a plugin before staff have read all that it asks for. Throws PermissionsAsked. */
export function refuseUngranted({ id, manifest, asks }: InstalledPlugin): void {
  if (asks === null) return
  throw PermissionsAsked({ plugin: id, missing: permissionsAdded(manifest, asks).map(({ key }) => key) })
}
