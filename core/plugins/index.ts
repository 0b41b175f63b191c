export { bundlePlugin, mapPlugin, type Bundle } from './bundle.ts'
export type { Resolver } from './broker/connect.ts'
export { askTable } from './broker/broker.ts'
export type { OutboundMap } from './broker/fetch.ts'
export * from './errors.ts'
export * from './hooks/index.ts'
export { parseGuarded, UnsafeJson } from './json.ts'
export { DATA_SCOPES, READ_SCOPES } from './manifest/data-scopes.ts'
export {
  Manifest,
  manifestSchemaText,
  type NetworkGrant,
  type SecretGrant,
  type WebhookScheme,
} from './manifest/manifest.ts'
export { readManifest, secretFields, secretSettings } from './manifest/read-manifest.ts'
export type { CallFigures, CallNote } from './call-book.ts'
export type { EndedHost } from './host-book.ts'
export type { OutsideFigures } from './outside-book.ts'
export { deadlineOf, PAGE_WAITS_MS, type DeadlineClass } from './deadlines.ts'
export { operationOf, type CallRequest, type Kind } from './kinds.ts'
export { askableLimits, limitOf, type LimitName } from './manifest/askable-limits.ts'
export { createPlugins, type Plugins, type PluginsHealth, type PluginsMeans } from './plugins.ts'
export * from './package/index.ts'
export type * from './ports.ts'
export type { WallMode, WallPart } from './supervisor/wall.ts'
export {
  checkWebhookSignature,
  eventId,
  type Delivery,
  type HmacScheme,
  type SignatureVerdict,
} from './webhook-signature.ts'
export * from './registry/index.ts'
export * from './requests/index.ts'
