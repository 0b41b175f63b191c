import { deliverEvents, type Consumer } from '../events/index.ts'
import { createPump, scheduleJobs, type JobHandlers, type Schedule } from '../jobs/index.ts'
import { instant } from '../kernel/index.ts'
import type { Area, Part, Wiring } from './areas.ts'
import { onSqlite } from './places.ts'

const DEAD_KEPT_MS = 90 * 86_400_000

/** Runs jobs, timers and schedules of all areas until it is stopped. */
export function createWork(wiring: Wiring, areas: readonly Area[], schedules: readonly Schedule[]): Part {
  const { means, engine, sharedClock, config } = wiring
  const runner = engine.runner(jobHandlers(wiring, areas, schedules), {
    log: means.log,
    before: () => sharedClock.refresh(),
    alone: onSqlite(config),
  })
  const pump = createPump(means, schedules)
  return {
    async start() {
      await runner.start()
      pump.start()
    },
    async stop() {
      await pump.stop()
      await runner.stop()
    },
  }
}

/** Every schedule that this build knows. */
export function allSchedules(wiring: Wiring, areas: readonly Area[]): Schedule[] {
  return [jobCleaning(wiring), ...areas.flatMap((area) => area.schedules?.(wiring) ?? [])]
}

/** What this build does with each kind of job. */
export function jobHandlers(
  wiring: Wiring,
  areas: readonly Area[],
  schedules: readonly Schedule[],
): JobHandlers {
  const consumers = areas.flatMap((area) => area.consumers?.(wiring) ?? [])
  const lists = [
    eventJobs(wiring, consumers),
    scheduleJobs(wiring.means, schedules),
    ...areas.map((area) => area.jobs?.(wiring) ?? {}),
  ]
  return withoutDoubles(lists)
}

function eventJobs({ means }: Wiring, consumers: readonly Consumer[]): JobHandlers {
  return {
    'events.deliver': ({ ids }: { ids: readonly string[] }) => deliverEvents(means, consumers, ids),
  }
}

function withoutDoubles(lists: readonly JobHandlers[]): JobHandlers {
  const handlers = new Map(lists.flatMap((list) => Object.entries(list)))
  const count = lists.reduce((sum, list) => sum + Object.keys(list).length, 0)
  if (handlers.size < count) throw new Error('Two areas handle the same task. Look for it in their jobs.')
  return Object.fromEntries(handlers)
}

function jobCleaning({ engine, means }: Wiring): Schedule {
  return {
    name: 'jobs.forget_dead',
    cron: '40 4 * * *',
    run: async () => ({ forgotten: await engine.forgetDeadJobs(instant(means.clock.ms() - DEAD_KEPT_MS)) }),
  }
}
