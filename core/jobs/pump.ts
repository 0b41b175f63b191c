import type { Log } from '../log/index.ts'
import { pumpSchedules, type Schedule } from './schedules.ts'
import { pumpTimers, type PumpMeans } from './timers.ts'

export interface Pump {
  start(): void
  /** Waits for the round in hand. */
  stop(): Promise<void>
}

const ROUND_MS = 1_000

/** Enters what the business clock makes due, and answers how many jobs. */
export async function pumpOnce(means: PumpMeans, schedules: readonly Schedule[]): Promise<number> {
  return (await pumpTimers(means)) + (await pumpSchedules(means, schedules))
}

/** A round each second, in every process that works. */
export function createPump(means: PumpMeans & { log: Log }, schedules: readonly Schedule[]): Pump {
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let stopped = false
  const turn = async () => {
    await pumpOnce(means, schedules).catch((error: unknown) =>
      means.log.error({ err: error }, 'Timers and schedules could not be read; trying again'),
    )
    if (!stopped) timer = setTimeout(() => (round = turn()), ROUND_MS)
  }
  return {
    start: () => void (round = turn()),
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
