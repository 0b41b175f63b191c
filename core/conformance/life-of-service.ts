import type { Bench } from './bench.ts'
import { answersWell, fieldsOf, sameThing } from './rules.ts'

interface Step {
  name: string
  problem: string | undefined
}

/** The life of one service, each step twice: a repeat ends where the first call ended. */
export async function lifeOfService(bench: Bench, input: unknown): Promise<Step[]> {
  const steps: Step[] = []
  const call = (operation: string) => bench.call('provisioner', operation, input)
  for (const [operation, states] of LIFE) {
    const first = await call(operation)
    const second = await call(operation)
    const at = `life of a service, ${operation}`
    steps.push({ name: `${at}: it answers`, problem: answersWell(first, true) })
    steps.push({ name: `${at}, again: it answers`, problem: answersWell(second, true) })
    steps.push({ name: `${at}, again: the same thing`, problem: sameThing(first, second) })
    const report = await call('describe')
    const state = 'answer' in report ? String(fieldsOf(report.answer)['state']) : report.message
    steps.push({ name: `${at}: describe says it`, problem: states.includes(state) ? undefined : state })
  }
  return steps
}

const LIFE: readonly [string, readonly string[]][] = [
  ['create', ['live', 'creating']],
  ['change', ['live', 'creating', 'busy']],
  ['suspend', ['suspended', 'creating']],
  ['release', ['live', 'creating']],
  ['terminate', ['absent']],
]
