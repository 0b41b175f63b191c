import { declineTold } from './refusals.ts'
import { sameThing } from './repeats.ts'
import { inputFor, madeMore, nameOf, withBench, type Called, type Run } from './run.ts'

/** Plays the inputs at which the company says no: that is a result like any other, with its reason by our names. */
export async function judgeDeclines(run: Run, called: Called): Promise<void> {
  const declines = run.subject.about.declines?.[called.operation]
  if (declines === undefined) return
  const name = `${nameOf(called)}, declined`
  await withBench(run, 'well', async (bench) => {
    for (const [at, decline] of declines.entries()) {
      const before = bench.made()
      const input = inputFor(called, decline.input, `decline-${at}`)
      const first = await bench.call(called.kind, called.operation, input)
      run.note('decline_told', `${name}: it is told, with its reason`, declineTold(decline, first))
      const made = bench.made()
      if (called.kind === 'registrar')
        run.note('buys_nothing', `${name}: nothing is bought`, madeMore(bench, before))
      const second = await bench.call(called.kind, called.operation, input)
      const problem = declineTold(decline, second) ?? sameThing(first, second) ?? madeMore(bench, made)
      run.note('same_decline', `${name}, again: it stays one`, problem)
    }
  })
}
