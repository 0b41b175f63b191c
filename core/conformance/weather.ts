import type { Weather } from '../../sdk/test-kit/index.ts'
import type { Bench } from './bench.ts'
import { answersWell, claimsNothing, fieldsOf } from './rules.ts'
import { madeMore, nameOf, withBench, type Called, type Run } from './run.ts'

const WEATHERS: readonly Weather[] = ['errors', 'broken', 'huge', 'dropped', 'silent']
const SILENT_MS = 1_500
/** After its deadline a call must end; this is what the supervisor may need to end it. */
const ENDING_MS = 1_500

/** The same input while the company fails in each way that companies fail. */
export async function judgeWeathers(run: Run, called: Called, input: unknown): Promise<void> {
  for (const weather of WEATHERS) await judgeWeather(run, called, { input, weather })
}

async function judgeWeather(
  run: Run,
  called: Called,
  { input, weather }: { input: unknown; weather: Weather },
): Promise<void> {
  await withBench(run, weather, async (bench) => {
    const name = `${nameOf(called)}, company ${weather}`
    const deadline = weather === 'silent' ? SILENT_MS : undefined
    const started = run.means.clock.ms()
    const told = await bench.call(called.kind, called.operation, input, deadline)
    const took = run.means.clock.ms() - started
    if (bench.company.seen > 0) run.note('no_claim', `${name}: no success is claimed`, claimsNothing(told))
    if (deadline !== undefined)
      run.note('ends_in_time', `${name}: ends by its deadline`, endedLate(took, deadline))
  })
}

export const endedLate = (took: number, deadline: number): string | undefined =>
  took > deadline + ENDING_MS ? `it took ${took} ms of ${deadline} ms` : undefined

/** Of a call that asks its company more often, the answers that are lost are the first so many. */
const LOST_MOST = 12

/**
 * Half-done: the company acted, and one of its answers was lost, each of them in turn. The repeat must find what was
 * made, and make no more than an undisturbed call does.
 */
export async function judgeLost(run: Run, called: Called, input: unknown): Promise<void> {
  const whole = await undisturbed(run, called, input)
  for (let lost = 1; lost <= Math.min(whole.requests, LOST_MOST); lost++)
    await withBench(run, 'well', async (bench) => {
      const name = `${nameOf(called)}, after a lost answer (${lost} of ${whole.requests})`
      const before = bench.made()
      bench.company.losing = lost
      await bench.call(called.kind, called.operation, input)
      bench.company.losing = 0
      if (nameOf(called) === 'registrar.register' && bench.made() > before)
        run.note('found_again', `${name}: describe finds it`, await lostSight(bench, input))
      const told = await bench.call(called.kind, called.operation, input)
      run.note('found_again', `${name}: it answers`, answersWell(told, true))
      run.note('made_once', `${name}: nothing is made twice`, madeMore(bench, before + whole.made))
    })
}

/** Core asks before it tries again: a name that was bought and is described as absent would be given up, and paid for. */
async function lostSight(bench: Bench, input: unknown): Promise<string | undefined> {
  const { domain } = input as { domain: string }
  const told = await bench.call('registrar', 'describe', { domain })
  if (!('answer' in told)) return told.message
  const state = String(fieldsOf(told.answer)['state'])
  return ['live', 'pending'].includes(state) ? undefined : `it was made, and describe says ${state}`
}

async function undisturbed(
  run: Run,
  called: Called,
  input: unknown,
): Promise<{ requests: number; made: number }> {
  const whole = { requests: 0, made: 0 }
  await withBench(run, 'well', async (bench) => {
    const before = bench.made()
    await bench.call(called.kind, called.operation, input)
    whole.requests = bench.company.seen
    whole.made = bench.made() - before
  })
  return whole
}
