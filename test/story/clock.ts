import { hoursUntil } from './calendar.ts'
import type { World } from './world.ts'

const HOURS_MAX = 9_999

/** Moves the business clock to about noon of the day; ends when everything due by then is done. */
export async function goTo(world: World, day: string): Promise<void> {
  for (;;) {
    const hours = hoursUntil(day, await businessNow(world))
    if (hours <= 0) return
    const span = `${Math.min(hours, HOURS_MAX)}h`
    await world.processes.berth(['clock', 'advance', span])
  }
}

async function businessNow({ processes }: World): Promise<Date> {
  const { now } = JSON.parse(await processes.berth(['clock', 'show'])) as { now: string }
  return new Date(now)
}
