import { BerthError, defineError } from '../kernel/index.ts'
import type { WallPart } from './supervisor/wall.ts'

/** Which call failed. `outcome_unknown` means: something may have happened outside; ask the provider before a retry. */
export interface FailedCall {
  plugin: string
  instance: string
  operation: string
  outcome_unknown: boolean
}

const named = (call: FailedCall) => `Plugin "${call.plugin}" (${call.instance}), ${call.operation}`

export const PluginTimeout = defineError(
  'plugin.timeout',
  504,
  (p: FailedCall & { limit: string }) => `${named(p)}: no answer within its limit (${p.limit}).`,
)
export const PluginMemory = defineError(
  'plugin.memory',
  502,
  (p: FailedCall) => `${named(p)}: it used more memory than it may.`,
)
export const PluginBusy = defineError(
  'plugin.busy',
  502,
  (p: FailedCall) => `${named(p)}: too many calls are waiting. Try again in a moment.`,
)
export const PluginDenied = defineError(
  'plugin.denied',
  502,
  (p: FailedCall & { reason: string }) => `${named(p)}: ${p.reason}`,
)
export const PluginInvalidResult = defineError(
  'plugin.invalid_result',
  502,
  (p: FailedCall & { reason: string }) => `${named(p)}: its answer does not fit: ${p.reason}`,
)
/** Nothing was asked: what it would be about is more than it may be handed. */
export const PluginInputTooLarge = defineError(
  'plugin.input_too_large',
  422,
  (p: FailedCall & { bytes: number; most: number }) =>
    `${named(p)}: it would be handed ${p.bytes} bytes; ${p.most} is the most.`,
)
export const PluginFailed = defineError(
  'plugin.failed',
  502,
  (p: FailedCall & { reason: string }) => `${named(p)}: ${p.reason}`,
)
export const PluginTripped = defineError(
  'plugin.tripped',
  502,
  (p: FailedCall & { until: string }) => `${named(p)}: paused after repeated faults until ${p.until}.`,
)
export const PluginHostLost = defineError(
  'plugin.host_lost',
  502,
  (p: FailedCall & { reason?: string }) =>
    `${named(p)}: ${p.reason === undefined ? 'the plugin host ended while the call ran.' : `no plugin host could be started. ${p.reason}`}`,
)
export const ManifestInvalid = defineError(
  'plugin.manifest_invalid',
  422,
  (p: { where: string; problems: readonly string[] }) => `${p.where} does not fit: ${p.problems.join('; ')}`,
)
export const BundleFailed = defineError(
  'plugin.bundle_failed',
  422,
  (p: { where: string; reason: string }) => `${p.where} cannot be bundled: ${p.reason}`,
)

const WALL_PARTS: Readonly<Record<WallPart, { is: string; mend: string }>> = {
  network: {
    is: 'an empty network for plugin hosts',
    mend: 'let ordinary users make a network namespace: sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; "RestrictNamespaces=user net" in a systemd unit; "--security-opt seccomp=deploy/seccomp.json" for a container',
  },
  room: {
    is: 'files and processes of their own for plugin hosts',
    mend: 'let ordinary users make namespaces, as for an empty network, and mount in them: "RestrictNamespaces=user net mnt pid" and "SystemCallFilter=@mount" in a systemd unit; "--security-opt seccomp=deploy/seccomp.json --security-opt apparmor=unconfined" for a container',
  },
  system_calls: {
    is: 'a filter of system calls (seccomp)',
    mend: '"SystemCallFilter=" in a systemd unit; "--security-opt seccomp=deploy/seccomp.json" for a container',
  },
  memory: {
    is: 'a limit of memory (a control group)',
    mend: '"MemoryMax=1G" in a systemd unit; "--memory 1g" for a container',
  },
}

/** `reasons`: why the parts could not be made that Berth makes. */
export const WallIncomplete = defineError(
  'plugin.wall_incomplete',
  503,
  ({ missing, reasons }: { missing: readonly WallPart[]; reasons: Partial<Record<WallPart, string>> }) =>
    [
      'BERTH_PLUGIN_WALL=strict, and this system lacks a part of the wall around plugins, so none of them runs:',
      ...missing.map((part) => {
        const why = reasons[part] === undefined ? '' : ` (${reasons[part]})`
        return `- ${WALL_PARTS[part].is}${why}: ${WALL_PARTS[part].mend}.`
      }),
      'deploy/berth.service and deploy/compose.yaml have all of it. BERTH_PLUGIN_WALL=auto does with what there is.',
    ].join('\n'),
)

/** The short names that the health page, the log and plugin authors use for the same failures. */
export const failureNames = {
  'plugin.timeout': 'E_TIMEOUT',
  'plugin.memory': 'E_MEMORY',
  'plugin.busy': 'E_BUSY',
  'plugin.denied': 'E_DENIED',
  'plugin.invalid_result': 'E_INVALID_RESULT',
  'plugin.failed': 'E_PLUGIN',
  'plugin.tripped': 'E_TRIPPED',
  'plugin.host_lost': 'E_HOST_LOST',
} as const satisfies Record<string, string>
export type FailureName = (typeof failureNames)[keyof typeof failureNames]

/** E_TIMEOUT and so on; undefined for an error that is not about a plugin's call. */
export function failureName(error: unknown): FailureName | undefined {
  if (!(error instanceof BerthError)) return undefined
  return Object.entries(failureNames).find(([code]) => code === error.code)?.[1]
}

/** Whether the failed call may have taken effect at the provider. */
export function outcomeUnknown(error: unknown): boolean {
  return error instanceof BerthError && error.params['outcome_unknown'] === true
}
