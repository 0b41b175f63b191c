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
  /** 0 for what has ended, or is held for debt already. */
  may_suspend: number
  /** 0 for what has ended. */
  may_terminate: number
  /** Whether anything of it exists at a provider. */
  is_delivered: number
  /** The ids of what is part of it and ends with it, with spaces between them; null: nothing is. */
  parts: string | null
  /** Whether it is charged no more once it is suspended. */
  rests: number
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

export interface ServicesAheadQuery {
  today: IsoDate
  until: IsoDate
  clientIds: readonly string[]
  /** A statement of the columns `id` and `due_on`. */
  overdue: Sql
}

/** It depends on the last day on which a run will invoice a service, of those that it will. */
export type ServicesUntil = (lastInvoicedOn: ReadonlyMap<string, IsoDate>) => ServiceAhead[]

/** What will happen to a service that was cancelled or sold for a time, or whose price will change. */
export interface ServiceAhead {
  on: IsoDate
  service_id: string
  label: string
  client_id: string
  client_name: string
  /** The mail that tells the client; null: it ends on the day. */
  template: string | null
  is_delivered: number
}

/** What billing asks of the services that were not paid. Implemented above billing and handed in by the app. */
export interface OverdueServices {
  /** The rows of a statement of the columns `id` and `due_on`, by id, with the days of those that are services. */
  dunningDays(queries: Queries, overdue: Sql, preset: GracePreset): Promise<OverdueCharge[]>
  /** The services of a statement as `dunningDays` has it, and what happens to those of these clients by themselves up to a day, and what they are told of it. */
  ahead(
    queries: Queries,
    query: ServicesAheadQuery,
    preset: GracePreset,
  ): Promise<{ overdue: OverdueService[]; ownOf: ServicesUntil }>
  /** Statements of one column `client_id`: who has anything of that ahead. */
  clientsAhead(until: BilledDay): Sql[]
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
