import type { Day } from './calendar.ts'

const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000

/** What a service by the hour has used, in milliseconds since 1970. */
export interface Meter {
  /** Up to when its hours are charged; null: it was not delivered. */
  at: number | null
  end: number | null
  isOver: boolean
}

/** When a day begins in Berlin: summer is from the last Sunday of March to that of October. */
export function midnight(day: Day): number {
  const year = new Date(day * DAY_MS).getUTCFullYear()
  const isSummer = day > lastSunday(year, 3) && day <= lastSunday(year, 10)
  return day * DAY_MS - (isSummer ? 2 : 1) * HOUR_MS
}

export function lastSunday(year: number, month: number): Day {
  const last = Date.UTC(year, month, 0) / DAY_MS
  // The first day of 1970 was a Thursday.
  return last - ((last + 4) % 7)
}

export function dayAt(ms: number): Day {
  const day = Math.floor(ms / DAY_MS)
  return midnight(day + 1) <= ms ? day + 1 : day
}

const isFirst = (day: Day): boolean => new Date(day * DAY_MS).getUTCDate() === 1

const monthBefore = (day: Day): Day => {
  const at = new Date(day * DAY_MS)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - (isFirst(day) ? 1 : 0), 1) / DAY_MS
}

export interface Used {
  hours: number
  from: Day
  to: Day
}

/**
 * The hours to be charged today: on the first of a month whole ones up to its midnight, and after the end what is left,
 * the last one whole. Moves the meter on.
 */
export function readMeter(meter: Meter, today: Day, cap: number): Used[] {
  const used: Used[] = []
  const read = (until: number, hours: (ran: number) => number, to: Day) => {
    const from = meter.at!
    const ran = hours(Math.max(until - from, 0) / HOUR_MS)
    meter.at = from + ran * HOUR_MS
    const charged = cap === 0 ? ran : Math.min(ran, cap)
    if (charged > 0) used.push({ hours: charged, from: Math.max(dayAt(from), monthBefore(to)), to })
  }
  if (meter.isOver) return used
  const endDay = meter.end === null ? null : dayAt(meter.end)
  if (meter.at !== null && isFirst(today) && (endDay === null || today <= endDay))
    read(midnight(today), Math.floor, today)
  if (endDay !== null && today > endDay) {
    if (meter.at !== null) read(meter.end!, Math.ceil, endDay + 1)
    meter.isOver = true
  }
  return used
}
