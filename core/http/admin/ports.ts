import type { JobEngine } from '../../jobs/index.ts'
import type { ChangePorts, ServerSettingsRules } from '../../services/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { FormSchema } from '../../render/index.ts'

/** What pages of staff reach beyond means: wired by the app, handed to adminRoutes once. */
export interface AdminPorts {
  readonly changes: ChangePorts
  serverSettings(instanceId: string): Promise<ServerSettingsRules>
  readonly registry: PluginRegistry
  readonly jobDesk: JobDesk
  health(): Promise<readonly HealthLine[]>
}

/** Plugins and their instances, as core/plugins keeps them. */
export interface PluginRegistry {
  create(
    input: { plugin_id: string; brand_id: string | null; name: string; settings: Settings; secrets: Secrets },
    actor: Actor,
  ): Promise<string>
  /** Absent secrets stay as they are. */
  change(
    input: { instance_id: string; version: number; name: string; settings: Settings; secrets: Secrets },
    actor: Actor,
  ): Promise<void>
  setStatus(input: { instance_id: string; status: 'active' | 'disabled' }, actor: Actor): Promise<void>
  /** Asks the provider whether the settings work. */
  test(instanceId: string, actor: Actor): Promise<{ ok: boolean; message: string }>
}

export type Settings = Record<string, unknown>
export type Secrets = Record<string, string>

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
