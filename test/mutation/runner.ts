import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
  type CompleteDryRunResult,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner'
import { build } from 'esbuild'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { Script } from 'node:vm'
import type { Collected } from './collect.ts'

/** What instrumented code reads and writes. */
interface Switchboard {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  mutantCoverage?: CompleteDryRunResult['mutantCoverage']
  hitCount?: number | undefined
  hitLimit?: number | undefined
}

const switches = ((globalThis as { __stryker__?: Switchboard }).__stryker__ ??= {})

/**
 * Runs the suite in this process, from one bundle that is evaluated anew for each mutant: what a module does while it is
 * loaded is mutated too, and nothing is started for a mutant.
 */
class BundleRunner implements TestRunner {
  #script: Script | undefined

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: true }
  }

  async init(): Promise<void> {
    const at = (file: string) => resolve('test/mutation', file)
    const { outputFiles } = await build({
      entryPoints: [at('suite.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      write: false,
      define: {
        'import.meta.dirname': JSON.stringify(resolve('test')),
        'import.meta.url': '"file:///suite"',
      },
      plugins: [
        {
          name: 'collect',
          setup: (of) => of.onResolve({ filter: /^node:test$/ }, () => ({ path: at('collect.ts') })),
        },
      ],
      logLevel: 'error',
    })
    const head = '(function (require, module, exports) {'
    this.#script = new Script(`${head}${outputFiles[0]!.text}\n})`, { filename: 'suite.cjs' })
  }

  async dryRun(): Promise<DryRunResult> {
    Object.assign(switches, { activeMutant: undefined, mutantCoverage: undefined, currentTestId: undefined })
    const tests = await this.#run(undefined, false)
    const { mutantCoverage } = switches
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage ? { mutantCoverage } : {}) }
  }

  async mutantRun({
    activeMutant,
    testFilter,
    hitLimit,
    disableBail,
  }: MutantRunOptions): Promise<MutantRunResult> {
    Object.assign(switches, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit ? 0 : undefined })
    const tests = await this.#run(testFilter, !disableBail)
    const reached = determineHitLimitReached(switches.hitCount, switches.hitLimit)
    return toMutantRunResult(reached ?? { status: DryRunStatus.Complete, tests })
  }

  async #run(filter: readonly string[] | undefined, bail: boolean): Promise<TestResult[]> {
    let tests: readonly Collected[]
    try {
      tests = this.#evaluate()
    } catch (error) {
      return [failed('the modules are loaded', error)]
    }
    const results: TestResult[] = []
    for (const { name, body } of tests) {
      if (filter && !filter.includes(name)) continue
      switches.currentTestId = name
      const result = await judged(name, body)
      results.push(result)
      if (bail && result.status === TestStatus.Failed) break
    }
    return results
  }

  #evaluate(): readonly Collected[] {
    const module = { exports: {} as { tests: readonly Collected[] } }
    const load = this.#script!.runInThisContext() as (...of: unknown[]) => void
    load(createRequire(join(process.cwd(), 'package.json')), module, module.exports)
    return module.exports.tests
  }
}

async function judged(name: string, body: () => unknown): Promise<TestResult> {
  const started = performance.now()
  try {
    await body()
    return { id: name, name, status: TestStatus.Success, timeSpentMs: performance.now() - started }
  } catch (error) {
    return failed(name, error)
  }
}

const failed = (name: string, error: unknown): TestResult => ({
  ...{ id: name, name, timeSpentMs: 0 },
  ...{ status: TestStatus.Failed, failureMessage: error instanceof Error ? error.message : String(error) },
})

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'bundle', BundleRunner)]
