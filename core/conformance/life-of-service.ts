import { sameThing } from './repeats.ts'
import { answersWell, fieldsOf } from './rules.ts'
import { withBench, type Run } from './run.ts'

/** The life of one service, each step twice: a repeat ends where the first call ended. */
export async function judgeLife(run: Run, input: unknown): Promise<void> {
  await withBench(run, 'well', async (bench) => {
    const call = (operation: string) => bench.call('provisioner', operation, input)
    for (const [operation, states] of LIFE) {
      const first = await call(operation)
      const second = await call(operation)
      const at = `life of a service, ${operation}`
      run.note('life_answers', `${at}: it answers`, answersWell(first, true))
      run.note('life_answers', `${at}, again: it answers`, answersWell(second, true))
      run.note('life_again', `${at}, again: the same thing`, sameThing(first, second))
      const report = await call('describe')
      const state = 'answer' in report ? String(fieldsOf(report.answer)['state']) : report.message
      const said = states.includes(state) ? undefined : state
      run.note('life_described', `${at}: describe says it`, said)
    }
  })
}

const LIFE: readonly [string, readonly string[]][] = [
  ['create', ['live', 'creating']],
  ['change', ['live', 'creating', 'busy']],
  ['suspend', ['suspended', 'creating']],
  ['release', ['live', 'creating']],
  ['terminate', ['absent']],
]
