import { rulesOfCore } from './rules-of-core.ts'
import { rulesOfHosts } from './rules-of-hosts.ts'

export interface Rule {
  /** The rule in words. */
  off: string
  file: string
  /** A text of the file, and what stands there when the rule is off. */
  from: string
  to: string
  /** Files of `test/hostile` that must fail then. */
  tests: readonly string[]
}

export const rules: readonly Rule[] = [...rulesOfHosts, ...rulesOfCore]
