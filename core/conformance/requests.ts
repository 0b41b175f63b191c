import { answersWell } from './rules.ts'
import { nameOf, withBench, type Called, type Run } from './run.ts'

/** Of a call that asks for something to be written: the repeat asks for the same, and people decide either way. */
export async function judgeRequests(run: Run, called: Called, input: unknown): Promise<void> {
  const name = nameOf(called)
  let made = 0
  await withBench(run, 'well', async (bench) => {
    await bench.call(called.kind, called.operation, input)
    made = bench.writes.made()
    if (made === 0) return
    await bench.call(called.kind, called.operation, input)
    const conflict = bench.writes.conflict()
    const problem =
      conflict !== undefined
        ? `it used the reference "${conflict}" for something else`
        : bench.writes.made() > made
          ? `it asked for ${bench.writes.made() - made} more under new references`
          : undefined
    run.note('requests_once', `${name}, again: it asks for nothing new`, problem)
  })
  if (made === 0) return
  for (const outcome of ['waiting', 'refused'] as const)
    await withBench(run, 'well', async (bench) => {
      bench.writes.decide(outcome)
      const told = await bench.call(called.kind, called.operation, input)
      run.note('people_decide', `${name}, requests ${outcome}: it answers`, answersWell(told, true))
    })
}
