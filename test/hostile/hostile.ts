import assert from 'node:assert/strict'
import { failureName } from '../../core/plugins/index.ts'
import { loadWritten, openBench, report, reporting, type Bench } from '../plugins/support/setup.ts'

export interface Attack {
  /** Body of an async function inside the plugin; what it returns is its report. */
  code?: string
  /** Whole source instead. */
  source?: string
  manifest?: Record<string, unknown>
  deadlineMs?: number
}

export interface Outcome {
  /** What the plugin reported, when its call succeeded. */
  report?: string
  /** E_TIMEOUT and so on, when it did not. */
  failure?: string
  message?: string
  tookMs: number
  bench: Bench
}

/** Runs one hostile plugin in hosts of its own, then proves that a well-behaved plugin still answers beside it. */
export async function attack(id: string, what: Attack, inspect: (outcome: Outcome) => void | Promise<void>) {
  const bench = openBench()
  try {
    const neighbour = bench.instance(await loadWritten('neighbour', { code: reporting('return "well"') }))
    assert.equal(await report(bench, neighbour), 'well')
    const source = what.source ?? reporting(what.code ?? '')
    const manifest = what.manifest === undefined ? {} : { manifest: what.manifest }
    const hostile = bench.instance(await loadWritten(id, { code: source, ...manifest }))
    const startedAt = performance.now()
    const ended = await report(bench, hostile, what.deadlineMs ?? 5_000).then(
      (text) => ({ report: text }),
      (error: Error) => ({ failure: failureName(error) ?? String(error), message: error.message }),
    )
    await inspect({ ...ended, tookMs: performance.now() - startedAt, bench })
    assert.equal(await report(bench, neighbour), 'well')
  } finally {
    bench.plugins.stop()
  }
}
