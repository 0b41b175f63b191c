import type { BillableSource } from '../../billing/index.ts'
import type { OrderPorts } from '../../orders/index.ts'
import type { ChangePorts, ServerSettingsRules } from '../../services/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { FormSchema } from '../../render/index.ts'

/** What pages of staff reach beyond means: wired by the app, handed to adminRoutes once. */
export interface AdminPorts {
  readonly orders: OrderPorts
  readonly changes: ChangePorts
  serverSettings(instanceId: string): Promise<ServerSettingsRules>
  readonly sources: readonly BillableSource[]
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

export interface JobDesk {
  /** Moves a job that was given up back into the queue. */
  retry(jobId: string): Promise<void>
  discard(jobId: string): Promise<void>
  /** Runs a schedule now. */
  runSchedule(name: string): Promise<void>
  /** Hands an event to its consumers again; those that have a receipt skip it. */
  replay(eventId: string): Promise<void>
}

export interface HealthLine {
  name: string
  ok: boolean
  /** What it is like, and what to do when it is not well. */
  detail: string
}
