import type { Trx } from '../db/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'

/** What billing asks of the services that were not paid. Implemented above billing and handed in by the app. */
export interface OverdueServices {
  /** Places the hold "overdue"; services that are suspended or exempt already are left alone. Answers those it touched. */
  suspend(trx: Trx, serviceIds: readonly string[], on: IsoDate, actor: Actor): Promise<string[]>
  /** Removes for good. Answers those it touched. */
  terminate(trx: Trx, serviceIds: readonly string[], actor: Actor): Promise<string[]>
  /** Ends what was cancelled for this day or earlier. */
  endCancelled(on: IsoDate, actor: Actor): Promise<number>
}

/** A call into a plugin instance, through the sandbox. Rejects with a BerthError whose params say `outcome_unknown`. */
export interface PluginCalls {
  call<T>(
    instanceId: string,
    kind: 'gateway' | 'provisioner',
    operation: string,
    input: object,
    options?: { deadlineMs?: number; requestId?: string; serverId?: string },
  ): Promise<T>
}
