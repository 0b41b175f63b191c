import type { FailedCall } from './errors.ts'
import type { AskRule } from './broker/refusal.ts'
import type { CallRequest, Kind } from './kinds.ts'
import type { PluginInstance } from './ports.ts'

export interface PluginCall {
  instance: PluginInstance
  kind: Kind
  operation: string
  request: CallRequest
}

/** What happened during one call that its end alone does not tell. */
export interface Traces {
  /** Why questions were refused: the first of them, and how many in all. */
  denials: string[]
  denied: number
  /** All that was refused, also what was only too much: how often by which rule, with the first reason. */
  refused: Map<AskRule, { asks: number; reason: string }>
  /** A request left that may have changed something outside. */
  sent: boolean
  /** Secrets that the plugin sees themselves: nothing that it says may repeat them. */
  seen: readonly string[]
  /** Whether it is kept where the plugin threw. */
  stacks: boolean
}

/** The version that moves an instance's data runs beside the one that serves it. */
export const laneOf = (instance: string, kind: Kind): string =>
  kind === 'upgrade' ? `${instance} upgrade` : instance

export const nameOf = ({ kind, operation }: PluginCall) => `${kind}.${operation}`

export function failed<T extends object>(call: PluginCall, unknown: boolean, more: T): FailedCall & T {
  const { id, plugin } = call.instance
  return {
    plugin: plugin.manifest.id,
    instance: id,
    operation: nameOf(call),
    outcome_unknown: unknown,
    ...more,
  }
}
