import { spec } from 'node:test/reporters'
import { run } from 'node:test'
import { globSync } from 'node:fs'

export interface Outcome {
  passed: number
  failed: number
}

/** Runs test files, each in a process of its own, and counts single tests. A file without any test has failed. */
export async function runTests(patterns: readonly string[], env: Record<string, string>): Promise<Outcome> {
  Object.assign(process.env, env)
  const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern)))].sort()
  const outcome: Outcome = { passed: 0, failed: 0 }
  const tests = run({ files, concurrency: 2, timeout: 600_000 })
  tests.on('test:pass', (data) => void (data.details.type === 'suite' || (outcome.passed += 1)))
  tests.on('test:fail', () => void (outcome.failed += 1))
  tests.compose(new spec()).pipe(process.stdout, { end: false })
  await new Promise((resolve) => tests.on('end', resolve))
  if (outcome.passed === 0) outcome.failed += 1
  return outcome
}
