import assert from 'node:assert/strict'
import { failureName, type PluginInstance, type PluginsMeans } from '../../core/plugins/index.ts'
import { loadWritten, openBench, report, reporting, type Bench } from '../plugins/support/setup.ts'

export interface Attack {
  /** Body of an async function inside the plugin; what it returns is its report. */
  code?: string
  /** Whole source instead. */
  source?: string
  manifest?: Record<string, unknown>
  deadlineMs?: number
  /** What core stands on: a name server that lies, an outside service, a clock. */
  means?: Partial<PluginsMeans>
  settings?: Record<string, unknown>
  secretValues?: Record<string, string>
  /** The brand that it is set up for; absent: all. */
  brandId?: string
}

export interface Outcome {
  /** What the plugin reported, when its call succeeded. */
  report?: string
  /** E_TIMEOUT and so on, when it did not. */
  failure?: string
  message?: string
  tookMs: number
  bench: Bench
  /** The hostile one, to be called again. */
  instance: PluginInstance
}

/** Runs one hostile plugin in hosts of its own, then proves that a well-behaved plugin still answers beside it. */
export async function attack(id: string, what: Attack, inspect: (outcome: Outcome) => void | Promise<void>) {
  const bench = openBench(what.means)
  try {
    const neighbour = bench.instance(await loadWritten('neighbour', { code: reporting('return "well"') }))
    assert.equal(await report(bench, neighbour), 'well')
    const source = what.source ?? reporting(what.code ?? '')
    const manifest = what.manifest === undefined ? {} : { manifest: what.manifest }
    const { settings = {}, secretValues = {}, brandId = null } = what
    const plugin = await loadWritten(id, { code: source, ...manifest })
    const hostile = bench.instance(plugin, { settings, secretValues, brandId })
    const startedAt = performance.now()
    const ended = await report(bench, hostile, what.deadlineMs ?? 5_000).then(
      (text) => ({ report: text }),
      (error: Error) => ({ failure: failureName(error) ?? String(error), message: error.message }),
    )
    await inspect({ ...ended, tookMs: performance.now() - startedAt, bench, instance: hostile })
    assert.equal(await report(bench, neighbour), 'well')
  } finally {
    bench.plugins.stop()
  }
}
