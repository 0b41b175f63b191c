import type {
  MoveInstance,
  PackageSource,
  PackFolder,
  PluginsHealth,
  Shipped,
  ToldHealth,
  WriteActs,
} from '../../plugins/index.ts'
import type { JobEngine } from '../../jobs/index.ts'
import type { ServerSettingsRules } from '../../services/index.ts'
import type { ScopeRecords } from '../../reports/index.ts'
import type { FormSchema } from '../../render/index.ts'

/** What pages of staff reach beyond means: wired by the app, handed to adminRoutes once. */
export interface AdminPorts {
  serverSettings(instanceId: string): Promise<ServerSettingsRules>
  /** An instance was changed: its isolates start anew. */
  drain(instanceId: string): void
  /** Pages show at once what an instance that was set up or changed brings. */
  reread(): Promise<void>
  /** Runs the upgrade step of a new version; absent where no plugin host is. */
  readonly move?: MoveInstance
  /** A plugin that lost hosts had switched off may run again. */
  forgive(pluginId: string): void
  /** What comes along with Berth under the id of a plugin. */
  readonly shipped: Shipped
  /** How many records of areas point to an instance. */
  uses(instanceId: string): Promise<number>
  /** Records of some days, for the reports of plugins. */
  readonly scopeRecords: ScopeRecords
  /** Reads lists of plugins and packages, when staff ask for it. */
  readonly packages: PackageSource
  /** What packs a plugin's folder; null on a real installation, which takes packages alone. */
  folders(): Promise<PackFolder | null>
  /** Null in a process that owns no plugin hosts. */
  pluginHealth(): Promise<PluginsHealth | null>
  /** What the processes beside this one said of their hosts. */
  toldHealths(): Promise<ToldHealth[]>
  /** How what plugins ask for is written, by scope. */
  readonly writeActs: WriteActs
  readonly jobDesk: JobDesk
  health(): Promise<readonly HealthLine[]>
}

/** The part of a manifest from which forms are drawn. */
export interface ManifestFacts {
  name?: string
  description?: string
  version?: string
  kinds?: Record<string, readonly string[]>
  settings?: FormSchema
  server_settings?: FormSchema
  permissions?: Record<string, unknown>
}

/** The part of the job engine that staff see. */
export type JobDesk = Pick<JobEngine, 'listDeadJobs' | 'retryJob'>

export interface HealthLine {
  name: string
  ok: boolean
  /** What it is like, and what to do when it is not well. */
  detail: string
}
