import { gatewayOperations, provisionerOperations } from '../../sdk/index.ts'
import type { Law } from './hooks/index.ts'
import type { PluginServer } from './ports.ts'

export type OperationTable = Record<string, { input: object; output: object }>

/** Kinds of provider and their operations. */
export const kindTables = {
  gateway: gatewayOperations,
  provisioner: provisionerOperations,
} as const satisfies Record<string, OperationTable>
export type ProviderKind = keyof typeof kindTables
/** What is called of a plugin: a provider's operation, a hook of one law, or a schedule. */
export type Kind = ProviderKind | Law | 'schedule'

export interface CallRequest {
  input: unknown
  /** Milliseconds until the caller has an answer or an error. */
  deadlineMs: number
  /** The server a provisioner's call is about. */
  server?: PluginServer
}
