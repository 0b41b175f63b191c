import { spec } from 'node:test/reporters'
import { run } from 'node:test'
import { globSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { makeSqliteTemplate } from '../test/support/sqlite-template.ts'
import { watchForHollow, type Ended } from './hollow.ts'
import { batchesOf } from './test-batches.ts'

export interface Outcome {
  passed: number
  failed: number
}

const SLOWEST_SHOWN = 10
const TIMEOUT_MS = 600_000
/** A file that has failed by its time and still waits would keep the run from ending for ever. */
const SILENT_MS = TIMEOUT_MS + 120_000
const CACHE = resolve(import.meta.dirname, '../node_modules/.cache')
/** Without this each process of the run would strip and compile the same sources again. */
const COMPILED = join(CACHE, 'tests')

/** Runs test files in processes of their own or in shared ones, and counts single tests. A file or a suite without any test has failed. */
export async function runTests(patterns: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const template = await makeSqliteTemplate()
  Object.assign(process.env, { NODE_COMPILE_CACHE: COMPILED, BERTH_TEST_SQLITE: template.file }, env)
  const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern)))].sort()
  const outcome: Outcome = { passed: 0, failed: 0 }
  const seconds = new Map<string, number>()
  const { modules, sharing } = batchesOf(files, join(CACHE, 'batches'))
  const tests = run({ files: modules, concurrency: 2, timeout: TIMEOUT_MS })
  const untold = new Set(sharing.map((file) => resolve(file)))
  const note = ({ file, nesting, details }: Ended) => {
    if (file) untold.delete(file)
    if (file && nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + details.duration_ms / 1_000)
  }
  const isHollow = watchForHollow()
  const hollow: string[] = []
  tests.on('test:pass', (data) => {
    note(data)
    if (isHollow(data)) hollow.push(`${relative('.', data.file ?? '')}: "${data.name}"`)
    else if (data.details.type !== 'suite') outcome.passed += 1
  })
  tests.on('test:fail', (data) => {
    note(data)
    isHollow(data)
    outcome.failed += 1
  })
  tests.compose(new spec()).pipe(process.stdout, { end: false })
  const isWhole = await new Promise<boolean>((resolve) => {
    const silence = setTimeout(resolve, SILENT_MS, false)
    const heard = () => void silence.refresh()
    tests.on('test:pass', heard).on('test:fail', heard)
    tests.on('end', () => (clearTimeout(silence), resolve(true)))
  })
  if (!isWhole) {
    console.log('The run was given up: a file has ended its time and still waits for something.')
    outcome.failed += 1
  }
  template.remove()
  // A file may be about one engine alone, which a run with the other leaves out.
  if (env.BERTH_TEST_ENGINES === undefined) hollow.push(...[...untold].map((file) => relative('.', file)))
  for (const name of hollow) console.log(`no test in ${name}`)
  outcome.failed += hollow.length + (outcome.passed === 0 ? 1 : 0)
  showSlowest(seconds)
  return outcome
}

function showSlowest(seconds: ReadonlyMap<string, number>): void {
  const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST_SHOWN)
  for (const [file, took] of slowest) console.log(`${took.toFixed(1).padStart(6)} s  ${relative('.', file)}`)
}
