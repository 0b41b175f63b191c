import type { Told } from './bench.ts'
import { sameAgain } from './repeats.ts'
import { answersWell, movesNothing } from './rules.ts'
import { nameOf, withBench, type Called, type Run } from './run.ts'

const EMPTY_MESSAGES = [
  '',
  '{',
  'null',
  '[]',
  '{"id":"evt_x","type":"nothing.known"}',
  `"${'x'.repeat(300_000)}"`,
]

/** Messages that say nothing, then the author's own in every order. */
export async function judgeEvents(run: Run, called: Called): Promise<void> {
  const name = nameOf(called)
  await withBench(run, 'well', async (bench) => {
    for (const body of EMPTY_MESSAGES) {
      const told = await bench.call(called.kind, 'handle_event', { body, headers: {}, verified: true })
      const as = `${name}, ${body.slice(0, 20) || 'empty'}: nothing moves`
      run.note('moves_nothing', as, movesNothing(told))
    }
  })
  await judgeOrder(run, called, run.subject.about.events ?? [])
}

/** Companies send an event late, twice and before another that came first. */
async function judgeOrder(run: Run, called: Called, events: readonly unknown[]): Promise<void> {
  const name = nameOf(called)
  const few = 'test/conformance.ts names fewer than two "events"'
  run.note('events_named', `${name}: there are events to reorder`, events.length < 2 ? few : undefined)
  const forth = await tellAll(run, called, events)
  const back = await tellAll(run, called, [...events].reverse())
  const doubled = events.flatMap((event) => [event, event])
  const twice = await tellAll(run, called, doubled)
  for (const [i, told] of forth.entries()) {
    run.note('events_answered', `${name} answers its events`, answersWell(told, true))
    run.note('facts_reordered', `${name}, reordered: the same facts`, sameAgain(told, back.at(-1 - i)!))
    run.note('facts_twice', `${name}, twice: the same facts`, sameAgain(told, twice[2 * i + 1]!))
  }
}

async function tellAll(run: Run, called: Called, events: readonly unknown[]): Promise<Told[]> {
  const told: Told[] = []
  await withBench(run, 'well', async (bench) => {
    for (const event of events) told.push(await bench.call(called.kind, 'handle_event', event))
  })
  return told
}
