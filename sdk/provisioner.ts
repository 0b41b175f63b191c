import type { KindOf, Operation } from './kinds/operation.ts'
import { provisionerOptionalOperations } from './provisioner-optional.ts'
import * as shapes from './provisioner-shapes.ts'
import { ConnectionReport } from './shapes.ts'

export * from './provisioner-optional.ts'
export * from './provisioner-shapes.ts'

/**
 * A provisioner makes and keeps the thing that was sold: a game server, a virtual machine, a hosting account.
 * Core calls every method at least once and perhaps again: each must end in the same state however often it is called.
 * `service.external_id` is stable for the life of the service: search by it before creating anything.
 */
const { ProvisionInput, ProvisionOutcome } = shapes
export const provisionerOperations = {
  /** Finds by `external_id` first, creates only when absent. */
  create: { input: ProvisionInput, output: ProvisionOutcome, changes: true },
  describe: { input: ProvisionInput, output: shapes.ServiceReport },
  suspend: { input: ProvisionInput, output: ProvisionOutcome, changes: true },
  release: { input: ProvisionInput, output: ProvisionOutcome, changes: true },
  /** Brings the thing to `service.settings`: plan or options changed. */
  change: { input: ProvisionInput, output: ProvisionOutcome, changes: true },
  terminate: { input: ProvisionInput, output: ProvisionOutcome, changes: true },
  usage: { input: ProvisionInput, output: shapes.UsageReport },
  power: { input: shapes.PowerInput, output: ProvisionOutcome },
  test_connection: { input: shapes.ServerInput, output: ConnectionReport },
  ...provisionerOptionalOperations,
} as const satisfies Record<string, Operation>

export type Provisioner = KindOf<
  typeof provisionerOperations,
  'create' | 'describe' | 'suspend' | 'release' | 'change' | 'terminate'
>
