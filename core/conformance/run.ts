import { completed, type Weather } from '../../sdk/test-kit/index.ts'
import type { Kind } from '../plugins/index.ts'
import type { Operation } from '../../sdk/index.ts'
import { openBench, type Bench, type BenchMeans, type Subject } from './bench.ts'
import type { RuleName } from './rule-names.ts'

/** One plugin under judgement. */
export interface Run {
  means: BenchMeans
  subject: Subject
  note(rule: RuleName, name: string, problem: string | undefined): void
}

/** One thing that core may call of the plugin. */
export interface Called extends Partial<Operation> {
  kind: Kind
  operation: string
  input: Operation['input']
}

export const nameOf = ({ kind, operation }: Called): string => `${kind}.${operation}`

/** Acts on a new instance of the plugin with a new company, and ends both. */
export async function withBench(
  run: Run,
  weather: Weather,
  act: (bench: Bench) => Promise<void>,
): Promise<void> {
  const bench = await openBench(run.subject, weather)
  try {
    await act(bench)
  } finally {
    await bench.close()
  }
}

/** What is wrong when more stands at the company than should. */
export const madeMore = (bench: Bench, most: number): string | undefined =>
  bench.made() > most ? `${bench.made()} things stand at the company, at most ${most} should` : undefined

/** An author's input with what core adds to it: a changing call that names no key gets this one. */
export const inputFor = ({ changes, input }: Called, given: unknown, key: string): unknown =>
  changes === true ? completed(input, given, key) : given
