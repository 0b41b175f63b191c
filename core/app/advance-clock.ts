import { nextTimer, pumpOnce, type Schedule } from '../jobs/index.ts'
import { instant, toMs, type Instant } from '../kernel/index.ts'
import type { Wiring } from './areas.ts'

const DAY_MS = 86_400_000

export interface Advanced {
  from: Instant
  to: Instant
  jobs: number
}

export interface Journey {
  /** How far to go. */
  ms: number
  /** The longest way without a stop. A day brings what it brings on that day; further ones are for making history fast. */
  strideMs?: number
}

/**
 * Moves the business clock and ends when all work due by then is done. It stops at each timer and at least once a
 * stride; schedules run once at each stop that finds them due.
 */
export async function advanceClock(
  wiring: Wiring,
  schedules: readonly Schedule[],
  { ms, strideMs = DAY_MS }: Journey,
  say: (line: string) => void,
): Promise<Advanced> {
  const { means, sharedClock } = wiring
  const from = means.business.now()
  const target = toMs(from) + ms
  let jobs = await workOff(wiring, schedules)
  while (toMs(means.business.now()) < target) {
    const stop = await nextStop(wiring, target, strideMs)
    await sharedClock.advance(Math.max(stop - toMs(means.business.now()), 1))
    const done = await workOff(wiring, schedules)
    jobs += done
    say(`${means.business.now()}  ${done} ${done === 1 ? 'job' : 'jobs'}`)
  }
  return { from, to: means.business.now(), jobs }
}

async function nextStop({ means }: Wiring, target: number, strideMs: number): Promise<number> {
  const timer = await nextTimer(means.db)
  const far = toMs(means.business.now()) + strideMs
  return Math.min(target, far, timer === null ? far : toMs(timer))
}

/** Jobs may set timers that are due already, so it takes rounds until one finds nothing. */
async function workOff({ means, engine }: Wiring, schedules: readonly Schedule[]): Promise<number> {
  await engine.drained()
  for (let jobs = 0; ;) {
    const entered = await pumpOnce(means, schedules)
    if (entered === 0) return jobs
    jobs += entered
    await engine.drained()
  }
}

/** The clock as it stands, for `berth clock show`. */
export function showClock({ means, sharedClock }: Wiring): {
  now: Instant
  system: Instant
  offset_days: number
} {
  const days = Math.round((sharedClock.offsetMs() / DAY_MS) * 100) / 100
  return { now: means.business.now(), system: instant(means.clock.ms()), offset_days: days }
}
