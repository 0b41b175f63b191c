import type { KindOf, Operation } from './kinds/operation.ts'
import { provisionerOptionalOperations } from './provisioner-optional.ts'
import * as shapes from './provisioner-shapes.ts'
import { ConnectionReport } from './shapes.ts'

export * from './provisioner-optional.ts'
export * from './provisioner-shapes.ts'

const { ChangeInput, ProvisionInput, ProvisionOutcome } = shapes
/**
 * A provisioner makes and keeps the thing that was sold: a game server, a virtual machine, a hosting account.
 * Core calls every method at least once and perhaps again: each must end in the same state however often it is called.
 * `service.external_id` is stable for the life of the service: search by it before creating anything.
 */
export const provisionerOperations = {
  /** Finds by `external_id` first, creates only when absent. */
  create: { input: ChangeInput, output: ProvisionOutcome, changes: true },
  describe: { input: ProvisionInput, output: shapes.ServiceReport },
  suspend: { input: shapes.SuspendInput, output: ProvisionOutcome, changes: true },
  release: { input: shapes.ReleaseInput, output: ProvisionOutcome, changes: true },
  /** Brings the thing to `service.settings`: plan or options changed. */
  change: { input: ChangeInput, output: ProvisionOutcome, changes: true },
  terminate: { input: ChangeInput, output: ProvisionOutcome, changes: true },
  usage: { input: ProvisionInput, output: shapes.UsageReport },
  /** The same key starts nothing a second time: a restart that is asked for again has happened. */
  power: { input: shapes.PowerInput, output: ProvisionOutcome, changes: true },
  test_connection: { input: shapes.ServerInput, output: ConnectionReport },
  ...provisionerOptionalOperations,
} as const satisfies Record<string, Operation>

export type Provisioner = KindOf<
  typeof provisionerOperations,
  'create' | 'describe' | 'suspend' | 'release' | 'change' | 'terminate'
>
