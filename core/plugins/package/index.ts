export * from './errors.ts'
export { readPackage, writePackage, type PluginPackage, type Signature } from './package-file.ts'
export { permissionsAdded, permissionsAsked, type PermissionAsked } from './permissions.ts'
export { fingerprint, makeAuthorKey, signatureFits, signPackage } from './sign-package.ts'
