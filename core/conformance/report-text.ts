import type { ConformanceReport } from './run-conformance.ts'

/** What a person reads: one line a plugin, and each problem with the name of its rule and what was found. */
export function reportText({ plugin, checks }: ConformanceReport): string {
  const wrong = checks.filter(({ problem }) => problem !== undefined)
  const head = `${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${plugin}  ${checks.length - wrong.length} of ${checks.length} rules hold`
  const rows = wrong.map(({ rule, name, problem }) => `        ${name} (${rule})\n          ${problem}`)
  return [head, ...rows].join('\n')
}
