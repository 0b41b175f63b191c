import type { Manifest } from '../manifest/manifest.ts'
import type { FindRecord, PluginStorage } from '../ports.ts'
import type { KeptBodies } from './body-parts.ts'
import type { Resolver } from './connect.ts'
import type { OutboundMap } from './fetch.ts'
import type { NetworkRule } from './network.ts'
import type { CallSubject, Scopes } from './records.ts'
import type { SecretScope } from './secrets.ts'
import type { OpenLine } from './tcp.ts'

/** What core holds of the call that asks. Nothing of it comes from the plugin. */
export interface AskingCall {
  instance: string
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
  /** Moves what an older version kept, so everything that it kept is within its reach. */
  upgrades: boolean
  about: CallSubject
  outbound: OutboundMap
  resolver: Resolver
  signal: AbortSignal
  onSend(method: string, host: string): void
}
