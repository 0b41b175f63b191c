import { rulesOfBrowsers } from './rules-of-browsers.ts'
import { rulesOfBudgets } from './rules-of-budgets.ts'
import { rulesOfCore } from './rules-of-core.ts'
import { rulesOfData } from './rules-of-data.ts'
import { rulesOfHosts } from './rules-of-hosts.ts'
import { rulesOfWrites } from './rules-of-writes.ts'

export interface Change {
  file: string
  /** A text of the file, and what stands there when the rule is off. */
  from: string
  to: string
}

export interface Rule extends Change {
  /** The rule in words. */
  off: string
  /** Where a second guard stands for the same rule, or a test reaches it only so. */
  also?: readonly Change[]
  /** Files of `test/hostile` that must fail then. */
  tests: readonly string[]
}

/** Hostile plugins whose rule is none of ours, with the reason why it cannot be switched off. */
export const rulesOfTheEngine: Readonly<Record<string, string>> = {
  'stack-overflow':
    'V8 ends recursion by itself and isolated-vm sets how deep it may be; not even --stack-size moves it. The test is there for the day on which another version of either does.',
}

export const rules: readonly Rule[] = [
  ...rulesOfHosts,
  ...rulesOfBudgets,
  ...rulesOfCore,
  ...rulesOfData,
  ...rulesOfWrites,
  ...rulesOfBrowsers,
]
