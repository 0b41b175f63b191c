import { kindTables, type Operation, type ProviderKind } from '../../sdk/index.ts'
import type { DeadlineClass } from './deadlines.ts'
import type { Law } from './hooks/index.ts'
import type { PluginServer } from './ports.ts'

/** What is called of a plugin: a provider's operation, a hook of one law, a schedule, or its step at an upgrade. */
export type Kind = ProviderKind | Law | 'schedule' | 'upgrade'

export interface CallRequest {
  input: unknown
  /** What waits for the answer; absent: an act. How long that may be says `deadlineOf`. */
  deadline?: DeadlineClass
  /** Milliseconds until the caller has an answer or an error, in place of the class: for tools that try plugins. */
  deadlineMs?: number
  /** The server a provisioner's call is about. */
  server?: PluginServer
}

/** The row of an operation in the SDK's tables; undefined when no provider has one of this name. */
export function operationOf(kind: Kind, operation: string): Operation | undefined {
  const tables: Partial<Record<Kind, Record<string, Operation>>> = kindTables
  const table = tables[kind]
  return table && Object.hasOwn(table, operation) ? table[operation] : undefined
}
