import type { Queries, Sql, Trx } from '../db/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import type { DeadlineClass } from '../plugins/index.ts'
import type { ScopedSetting } from '../records/index.ts'

/** Days after the due day until suspension and termination of one service: its own, else those of its scopes. */
export interface OverdueService {
  service_id: string
  label: string
  client_id: string
  client_name: string
  /** Since when it is owed. */
  due_on: IsoDate
  grace_days: number
  terminate_days: number
  suspend_after: IsoDate | null
}

/** What an overdue document charged. Something else than a service has its id alone. */
export type OverdueCharge = { id: string } & (OverdueService | { service_id: null })

/** A day of some brands: those whose days begin together; null stands for all. */
export interface BilledDay {
  on: IsoDate
  brandIds: readonly string[] | null
}

/** The settings of grace, for a service that has no days of its own. */
export interface GracePreset {
  suspend: ScopedSetting<number>
  terminate: ScopedSetting<number>
}

/** What billing asks of the services that were not paid. Implemented above billing and handed in by the app. */
export interface OverdueServices {
  /** The rows of a statement of the columns `id` and `due_on`, by id, with the days of those that are services. */
  dunningDays(queries: Queries, overdue: Sql, preset: GracePreset): Promise<OverdueCharge[]>
  /** Places the hold "overdue"; services that are held or spared already are left alone. Answers those it touched. */
  suspend(trx: Trx, serviceIds: readonly string[], actor: Actor): Promise<string[]>
  /** Removes for good. Services that have ended are left alone. */
  terminate(trx: Trx, serviceIds: readonly string[], actor: Actor): Promise<void>
  /** Ends what was cancelled for this day or earlier and whose term is over, and tells of terms that end soon. */
  endCancelled(day: BilledDay): Promise<number>
}

/** A call into a plugin instance, through the sandbox. Rejects with a BerthError whose params say `outcome_unknown`. */
export interface PluginCalls {
  call<T>(
    instanceId: string,
    kind: 'gateway' | 'provisioner' | 'exporter' | 'tax',
    operation: string,
    input: object,
    options?: { deadline?: DeadlineClass; requestId?: string; serverId?: string },
  ): Promise<T>
}
