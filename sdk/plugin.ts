import type { Certificates } from './certificates/certificate.ts'
import type { Checks, Observers, Shapes } from './hooks.ts'
import type { ProviderKind, Providers } from './kinds/index.ts'
import type { RequestAnswer, WriteRequest, WriteScope } from './writes.ts'
import type { UpgradeAnswer, UpgradeStep } from './upgrade.ts'

/** What the default export of a plugin's `index.ts` is: one implementation per kind named in `plugin.json`. */
export type Plugin = { [K in ProviderKind]?: (context: PluginContext) => Providers[K] } & PluginHooks

export interface PluginHooks {
  /** Hooks by the names listed in plugin.json: "invoice.paid", "service.end:check", "mail.message:shape". */
  observe?: (context: PluginContext) => Observers
  check?: (context: PluginContext) => Checks
  shape?: (context: PluginContext) => Shapes
  /** By the names of `permissions.schedules`. Runs as a job of at most a minute. */
  schedule?: (context: PluginContext) => Record<string, () => Promise<void>>
  /**
   * Where plugin.json says `"upgrade": true`: makes of an instance's settings and storage what this version understands,
   * told which one it comes from. It works on a copy. When it throws, the old version goes on as if nothing had been.
   */
  upgrade?: (context: PluginContext) => { move(step: UpgradeStep): Promise<UpgradeAnswer> }
}

export interface PluginContext {
  /** The instance's settings by the manifest's schema. A secret setting is an opaque token. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly storage: Storage
  readonly records: Records
  readonly tcp: Tcp
  readonly secret: SecretTools
  /**
   * Lower-case hex of the hash of a text in UTF-8, or of bytes. It needs nothing in plugin.json. MD5 and SHA-1 are for
   * old protocols and protect nothing. A text with a secret in it is for `secret.digest`.
   */
  digest(algorithm: DigestAlgorithm, data: string | Uint8Array): string
  readonly certificates: Certificates
  readonly log: Log
  /** Milliseconds until the call is ended. */
  deadline(): number
}

/** Key–value store of this instance, and beside records. Values are JSON of at most 64 KiB. */
export interface Storage extends Entries {
  /**
   * What this instance keeps beside a record (client, service, order, invoice, payment, product): one that the call is
   * about, or that `permissions.data` lets it read. Needs `permissions.storage.record_bytes`; goes with the record.
   */
  of(record: string): Entries
  /** Ids of records beside which it keeps something, in order, a thousand at a time from the one after `after`. */
  records(after?: string): Promise<string[]>
}

export interface Entries {
  get(key: string): Promise<StoredValue | null>
  /**
   * `ifVersion` 0 means "only when new"; a number, "only when unchanged since". Answers the new version,
   * above each that the entry ever had, also before it was removed.
   */
  set(key: string, value: unknown, ifVersion?: number): Promise<number>
  remove(key: string): Promise<void>
  list(prefix: string): Promise<string[]>
}

export interface StoredValue {
  value: unknown
  version: number
}

/** Reads what `permissions.data` grants, and asks for what may be written. */
export interface Records {
  /**
   * `scope` is noun.verb:fields, such as "invoice.read:summary". With reach "current" it answers for the record that
   * the call is about and its client; everything else is null, as is an id that there is not.
   */
  read(scope: string, id: string): Promise<Record<string, unknown> | null>
  /**
   * Asks core to write something about the record `id`, by a scope such as "client.write:note" (see `writeScopes`). Core
   * does it, keeps it for staff, or throws with a `code`: E_DENIED (not granted, or not in such a call), E_INVALID (the
   * body does not fit, or no such record is within reach), E_CONFLICT (the reference was used for something else),
   * E_LIMIT (too many), E_REFUSED (the record does not allow it now; the message says why). After a throw nothing was
   * written. Calls that only answer may not write: checks, shapes, pure operations, pages and `upgrade.move`.
   */
  request<S extends WriteScope>(scope: S, id: string, request: WriteRequest<S>): Promise<RequestAnswer>
}

/** TLS connections to what `permissions.tcp` names, for protocols that are no HTTP, such as EPP. */
export interface Tcp {
  open(host: string, port: number): Promise<TcpLine>
}

/** One connection. It ends with the call, and a call opens at most four. */
export interface TcpLine {
  /**
   * Tokens in a text become the secrets bound to this line, escaped for XML if so said. `framed`: the length of all goes
   * before it in four bytes, themselves included, as EPP wants it; a plugin cannot know how long a secret is.
   */
  write(data: string | Uint8Array, how?: { secrets?: 'plain' | 'xml'; framed?: boolean }): Promise<void>
  /** Exactly so many bytes, at most 1 MiB; fewer only when the other side has ended. */
  read(bytes: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Forms in which a secret may leave: the broker fills them in for the hosts bound to the secret. */
export interface SecretTools {
  /** A token for a header value, for instance `Bearer ${secret.header('api_key')}`. */
  header(name: string): string
  /** The value of an `Authorization` header: `Basic` of "user:secret". */
  basic(name: string, user?: string): string
  /** Lower-case hex. The secret needs `"use": "hmac"` in plugin.json. */
  hmac(name: string, algorithm: 'sha1' | 'sha256' | 'sha512', data: string): Promise<string>
  /** Lower-case hex of the joined parts, in which `header(name)` stands for a secret with `"use": "digest"`. */
  digest(algorithm: DigestAlgorithm, parts: readonly string[]): Promise<string>
}

export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

export interface Log {
  info(message: string, facts?: Record<string, unknown>): void
  warn(message: string, facts?: Record<string, unknown>): void
  error(message: string, facts?: Record<string, unknown>): void
}

export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}
