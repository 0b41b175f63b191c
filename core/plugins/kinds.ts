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
export type Kind = ProviderKind | Law

export interface CallRequest {
  input: unknown
  /** Milliseconds until the caller has an answer or an error. */
  deadlineMs: number
  /** The server a provisioner's call is about. */
  server?: PluginServer
}
