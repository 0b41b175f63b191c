export * from './errors.ts'
export { grantedPart, nothingGranted } from './granted-part.ts'
export { packFolder } from './pack-folder.ts'
export {
  MANIFEST_FILE,
  readPackage,
  writePackage,
  type PluginPackage,
  type Signature,
} from './package-file.ts'
export {
  permissionsAdded,
  permissionsAsked,
  permissionsMarked,
  type PermissionAsked,
  type Saying,
} from './permissions.ts'
export {
  entryOf,
  packageHash,
  readIndex,
  writeIndex,
  type IndexEntry,
  type PluginIndex,
} from './plugin-index.ts'
export { fingerprint, makeAuthorKey, signatureFits, signPackage } from './sign-package.ts'
