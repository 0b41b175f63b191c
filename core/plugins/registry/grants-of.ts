import type { Manifest } from '../manifest/manifest.ts'
import { grantedPart, nothingGranted, permissionsAdded, type PermissionAsked } from '../package/index.ts'

/** What a version may do that comes with Berth, and what of it waits for staff. */
export interface Grants {
  /** What is granted of it. */
  manifest: Manifest
  /** What it asks for beyond that. Empty: all is granted. */
  added: readonly PermissionAsked[]
}

/** `granted`: what was granted of the version before; null: nothing ever was. */
export function grantsOf(asked: Manifest, granted: Manifest | null): Grants {
  const added = permissionsAdded(granted, asked)
  if (added.length === 0) return { manifest: asked, added }
  return { manifest: granted === null ? nothingGranted(asked) : grantedPart(asked, granted), added }
}
