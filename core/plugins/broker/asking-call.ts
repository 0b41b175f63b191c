import type { Manifest } from '../manifest/manifest.ts'
import type { FindRecord, PluginStorage, PluginWrites } from '../ports.ts'
import type { KeptBodies } from './body-parts.ts'
import type { Resolver } from './connect.ts'
import type { OutboundMap } from './fetch.ts'
import type { IsOwnHost, NetworkRule } from './network.ts'
import type { CallSubject, Scopes } from './records.ts'
import type { SecretScope } from './secrets.ts'
import type { OpenLine } from './tcp.ts'
import type { OutsideEar } from './watch-outside.ts'

/** What core holds of the call that asks. Nothing of it comes from the plugin. */
export interface AskingCall {
  instance: string
  /** The brand whose records it reaches; null: those of all. */
  brandId: string | null
  /** Hash of its code. */
  bundle: string
  manifest: Manifest
  rules: readonly NetworkRule[]
  tcpRules: readonly NetworkRule[]
  /** By the number that the plugin knows. */
  lines: Map<number, OpenLine>
  bodies: KeptBodies
  secrets: SecretScope
  storage: PluginStorage
  scopes: Scopes
  findRecord: FindRecord
  writes: PluginWrites
  /** Why this call may ask for nothing to be written; undefined when it may. */
  readOnly: string | undefined
  /** Moves what an older version kept, so everything that it kept is within its reach. */
  upgrades: boolean
  about: CallSubject
  /** The event that it hears, which led to whatever it has written; null: it hears none. */
  cause: string | null
  outbound: OutboundMap
  isOwnHost: IsOwnHost
  resolver: Resolver
  signal: AbortSignal
  outside: OutsideEar
  /** A request leaves that may change something. */
  onAct(): void
}
