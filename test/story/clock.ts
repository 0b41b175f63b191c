import { hoursUntil } from './calendar.ts'
import { landed } from './set-up.ts'
import type { World } from './world.ts'

const DAY_MS = 86_400_000
/** The most that the form of staff takes at once. */
const DAYS_MAX = 62

/** Before the shop opens: the command line takes the clock to about noon of the first day. */
export async function goToFirstDay({ processes }: World, day: string): Promise<void> {
  const { now } = JSON.parse(await processes.berth(['clock', 'show'])) as { now: string }
  const hours = hoursUntil(day, new Date(now))
  for (const span of [`${Math.floor(hours / 24)}d`, `${hours % 24}h`])
    if (!span.startsWith('0')) await processes.berth(['clock', 'advance', span])
}

/** Staff move the business clock by whole days; the page comes when everything due by then is done. */
export async function goOn({ staff }: World, from: string, to: string): Promise<void> {
  let days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
  for (; days > 0; days -= DAYS_MAX) {
    const wanted = { days: String(Math.min(days, DAYS_MAX)) }
    landed(await staff.fill('/admin/sample', '/sample/clock', wanted), '/admin/sample')
  }
}
