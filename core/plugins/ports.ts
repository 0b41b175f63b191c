import type { RequestAnswer, WriteScope } from '../../sdk/index.ts'
import type { Manifest } from './manifest/manifest.ts'
import type { Bundle } from './bundle.ts'

/** What core hands to the plugin host. The database, the keys and the settings of an installation stay behind these. */

/** A plugin that has been read, checked and granted. */
export interface LoadedPlugin {
  manifest: Manifest
  bundle: Bundle
  /** Its version asks for more than the manifest here, which is what staff granted of it so far. */
  asksMore?: boolean
}

/** Finds the value of a secret by its declared name; undefined when none is set. Asked once per use, never cached. */
export type SecretResolver = (name: string) => Promise<string | undefined>

/** A plugin set up once. Changing `settings` ends its isolates after their calls and starts new ones. */
export interface PluginInstance {
  id: string
  /** The brand that it was set up for: records of another are out of its reach. Absent or null: all. */
  brandId?: string | null
  plugin: LoadedPlugin
  /** By the manifest's `settings` schema. Values of secret settings may be left out: tokens take their place. */
  settings: Record<string, unknown>
  secrets: SecretResolver
  /** Hosts of `settings.*` that staff have ticked as reachable although their address is private. */
  trustedHosts?: readonly TrustedHost[]
  /** Where it keeps its values, when not where the host keeps those of all: an upgrade works on a copy. */
  storage?: PluginStorage
}

/** The server that a provisioner's call is about; its settings are in the call's input. */
export interface PluginServer {
  id: string
  /** Asked for names without the prefix: "api_key" for the secret "server.api_key". */
  secrets: SecretResolver
  trustedHosts?: readonly TrustedHost[]
}

/** Ticked by staff for exactly this host and port: its address may be private. */
export interface TrustedHost {
  host: string
  port: number
  /** It is not inside: staff pinned its certificate alone, and its address must be public. */
  publicOnly?: true
  /** SHA-256 of the one certificate that is taken, hex with or without colons. */
  certificateSha256?: string
}

/** Where values lie: those of the instance itself, or those that it keeps beside one record. */
export interface StoragePlace {
  instance: string
  /** Id of the record; '' for the instance itself. */
  record: string
  /** Hash of the code that asks: what an upgrade has moved is not for the version before it. */
  bundle: string
}

/** Rows of one instance: `plugin_storage(instance, record, key, value, version)`. 'moved': an upgrade or a removal was quicker. */
export interface PluginStorage {
  get(at: StoragePlace, key: string): Promise<{ value: unknown; version: number } | undefined | 'moved'>
  /**
   * Writes and answers the new version. `ifVersion` 0: only when absent; n: only while it is n; absent: always.
   * Answers 'conflict' when the version differs, 'full' when the place would hold more than `bytesMax`.
   */
  set(at: StoragePlace, entry: StorageWrite): Promise<number | 'conflict' | 'full' | 'moved'>
  remove(at: StoragePlace, key: string): Promise<'moved' | undefined>
  /** Keys with this prefix in order, at most `limit`. */
  list(at: StoragePlace, prefix: string, limit: number): Promise<string[]>
  /** Ids of the records beside which the instance keeps something, in order, from the one after `after`. */
  records(instance: string, after: string, limit: number): Promise<string[]>
}

/** Finds a record beside which plugins may keep something, by its id alone; null when there is none. */
export type FindRecord = (
  id: string,
) => Promise<{ noun: string; clientId: string | null; brandId: string | null } | null>

/** Takes what plugins ask to have written. It does it, keeps it for staff, or throws a `WriteRefused`. */
export interface PluginWrites {
  request(asked: WriteAsked): Promise<RequestAnswer>
}

/** What core knows of a request: who asks and whose the record is comes from core, `reference` and `body` do not. */
export interface WriteAsked {
  instance: string
  /** The brand that the instance was set up for; null: all. */
  brandId: string | null
  manifest: Manifest
  scope: WriteScope
  record: { id: string; clientId: string; brandId: string }
  reference: string
  /** Fits the schema of the scope. */
  body: Record<string, unknown>
  /** The event that the call hears: it led to what is written. Null: it hears none. */
  cause: string | null
  /** Aborted when the call is over: what it asked for is not begun any more. */
  signal: AbortSignal
}

export interface StorageWrite {
  key: string
  value: unknown
  /** Length of key and value as JSON, UTF-8. */
  bytes: number
  ifVersion: number | undefined
  bytesMax: number
}

/** Fields of a noun that a plugin may be granted, as areas register them: "invoice.read:summary". */
export interface PluginScope {
  name: string
  /** What an administrator reads before granting it. */
  says: string
  /** Null for an id that there is not. Amounts are texts of minor units, since only JSON crosses. */
  read(id: string): Promise<FoundRecord | null>
}

/** Whose a record is, and what a scope shows of it. */
export interface FoundRecord {
  clientId: string | null
  brandId: string | null
  value: Record<string, unknown>
}

export interface PluginLogLine {
  instance: string
  plugin: string
  operation: string
  level: 'info' | 'warn' | 'error'
  text: string
}

/** Takes a plugin's lines and what befell it (faults, refusals, restarts); keeps them as it likes. Must not throw. */
export interface PluginLog {
  line(line: PluginLogLine): void
  incident(incident: PluginIncident): void
}

/** Questions of one call that were refused by one rule. */
export interface RefusedAsks {
  instance: string
  /** network, storage, data, writes, lines, secrets, limit or unknown. */
  rule: string
  asks: number
  /** Of the first of them: at most 500 characters, without secrets. */
  reason: string
}

/** Keeps what plugins were refused where no flood of lines pushes it out. */
export interface Refusals {
  /** Must not throw. */
  note(refused: RefusedAsks): void
}

/** Counts the hosts that plugins lost on all nodes. */
export interface HostLosses {
  /** One more. True when with it the plugin lost too many within ten minutes. Must not throw. */
  note(loss: { plugin: string; instance: string }): Promise<boolean>
}

export interface PluginIncident {
  kind:
    | 'fault'
    /** It threw in a call: reported like a fault, and not counted as one, because a provider that is down looks the same. */
    | 'failed'
    | 'refused_ask'
    | 'ask_failed'
    | 'host_lost'
    | 'host_output'
    | 'tripped'
    | 'disabled'
    | 'lines_dropped'
  instance?: string
  plugin?: string
  detail: string
  /** Where in the bundle it was thrown, innermost first. */
  frames?: readonly string[]
}
