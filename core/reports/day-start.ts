import { addDays, dayIn, instant, type Instant, type IsoDate } from '../kernel/index.ts'

const MINUTE_MS = 60_000

/** The first instant of a day in a zone: found by asking the calendar itself, so that no rule of a zone is assumed. */
export function dayStart(zone: string, day: IsoDate): Instant {
  // Zones begin their days on a minute, between 14 hours before and 12 hours after UTC does.
  let before = Date.parse(`${addDays(day, -1)}T00:00:00Z`) / MINUTE_MS
  let at = Date.parse(`${addDays(day, 1)}T00:00:00Z`) / MINUTE_MS
  while (at - before > 1) {
    const middle = Math.floor((at + before) / 2)
    if (dayIn(zone, instant(middle * MINUTE_MS)) >= day) at = middle
    else before = middle
  }
  return instant(at * MINUTE_MS)
}
