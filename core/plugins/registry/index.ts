export { type BrowserPart } from './browser-part.ts'
export type { CallMeans } from './call-means.ts'
export { certificateFacts, type CertificateFacts } from './certificate-facts.ts'
export { databaseLosses } from './host-losses.ts'
export { grantAsked, grantPlugin } from './grant-plugin.ts'
export * from './inspect-package.ts'
export * from './install-plugin.ts'
export { instanceDeadline } from './instance-deadline.ts'
export * from './instance-data.ts'
export * from './instance-verbs.ts'
export * from './loaded-plugins.ts'
export * from './held-back.ts'
export * from './load-bundled.ts'
export { instanceMover, keptSince, type MoveInstance } from './move-instances.ts'
export * from './package-source.ts'
export * from './plugin-calls.ts'
export * from './plugin-index-verbs.ts'
export * from './plugin-log.ts'
export * from './plugin-offers.ts'
export * from './plugin-row.ts'
export * from './plugin-storage.ts'
export * from './plugin-verbs.ts'
export { removalOf, type Removal } from './removal-of.ts'
export { pruneLog } from './prune-log.ts'
export { auditRefusals, databaseRefusals } from './refusals.ts'
export { type HostOwner, NoCertificate, type TroubledHost } from './reach-hosts.ts'
export * from './row-scope.ts'
export * from './stopped-plugins.ts'
export { healthTeller, toldHealths, type HostingProcess, type ToldHealth } from './told-health.ts'
export { trustInstance } from './trust-instance.ts'
export {
  changeTrust,
  Trust,
  trustAudit,
  trustedIn,
  withoutTrusted,
  withTrusted,
  type KeptTrust,
} from './trusted-hosts.ts'
export { hostFields, hostIn, hostsIn, type HostField, type TypedHost } from './typed-hosts.ts'
export * from './version-before.ts'
export * from './webhook-verdict.ts'
