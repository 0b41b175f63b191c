import { provisionerOperations, type ProvisionInput } from '../../sdk/index.ts'
import { completed } from '../../sdk/test-kit/index.ts'
import { judgeAccounts } from './list-of-accounts.ts'
import { sameThing } from './repeats.ts'
import { answersWell, fieldsOf } from './rules.ts'
import { withBench, type Run } from './run.ts'

/** The life of one service, each step twice: a repeat ends where the first call ended. */
export async function judgeLife(run: Run, input: unknown): Promise<void> {
  await withBench(run, 'well', async (bench) => {
    const target = targetOf(input)
    const ours = target.service!.external_id
    const call = (operation: Step | 'describe') =>
      bench.call(
        'provisioner',
        operation,
        completed(provisionerOperations[operation].input, target, `life-${operation}`),
      )
    const lists = run.subject.plugin.manifest.kinds.provisioner?.includes('list_accounts') === true
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
      if (lists && (operation === 'create' || operation === 'terminate'))
        await judgeAccounts({ run, bench, server: target.server }, ours, operation === 'create')
    }
  })
}

type Step = 'create' | 'change' | 'suspend' | 'release' | 'terminate'

/** Of what an author hands to "create": each step has a key of its own, and the same one again. */
function targetOf(input: unknown): Partial<ProvisionInput> {
  const { server, service } = input as ProvisionInput
  return { server, service }
}

const LIFE: readonly [Step, readonly string[]][] = [
  ['create', ['live', 'creating']],
  ['change', ['live', 'creating', 'busy']],
  ['suspend', ['suspended', 'creating']],
  ['release', ['live', 'creating']],
  ['terminate', ['absent']],
]
