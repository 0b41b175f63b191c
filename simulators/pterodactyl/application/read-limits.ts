import type { Limits } from '../panel/records.ts'
import { flagIn, numberIn, textIn, type Fields } from '../rules/index.ts'

/** Limits of a body that was checked before. Without the flag the out-of-memory killer is off. */
export function readLimits(body: Fields): Limits {
  return {
    memory: numberIn(body, 'limits.memory') ?? 0,
    swap: numberIn(body, 'limits.swap') ?? 0,
    disk: numberIn(body, 'limits.disk') ?? 0,
    io: numberIn(body, 'limits.io') ?? 0,
    cpu: numberIn(body, 'limits.cpu') ?? 0,
    threads: textIn(body, 'limits.threads'),
    oom_disabled: flagIn(body, 'oom_disabled') ?? true,
  }
}
