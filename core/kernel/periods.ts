import { addDays, addMonths, type IsoDate } from './dates.ts'

/**
 * How often something is charged: "once", "free", or a count and a unit such as "1m", "3m", "1y", "14d".
 * Written short because it is part of keys, addresses and catalogue files. Hours are counted as they are used and charged
 * afterwards; all other periods begin with a day and are charged in advance.
 */
export type Cycle = string & { readonly Cycle: unique symbol }
export type CycleUnit = 'hour' | 'day' | 'week' | 'month' | 'year'

const UNITS: Record<string, CycleUnit> = { h: 'hour', d: 'day', w: 'week', m: 'month', y: 'year' }

export interface CycleParts {
  count: number
  unit: CycleUnit
}

export function cycle(text: string): Cycle {
  if (text !== 'once' && text !== 'free' && !/^[1-9]\d{0,2}[hdwmy]$/.test(text)) {
    throw new RangeError(`"${text}" is not a billing cycle such as 1m, 3m, 1y, once or free.`)
  }
  return text as Cycle
}

/** Null for "once" and "free", which never renew. */
export function cycleParts(of: Cycle): CycleParts | null {
  if (of === 'once' || of === 'free') return null
  return { count: Number(of.slice(0, -1)), unit: UNITS[of.slice(-1)]! }
}

/** Whether it is charged in advance, period by period. */
export const recurs = (of: Cycle): boolean => cycleParts(of) !== null && !isMetered(of)

/** Whether it is charged afterwards, by the hours that were used. */
export const isMetered = (of: Cycle): boolean => cycleParts(of)?.unit === 'hour'

/** First day of the nth period (n = 0 starts on the anchor itself). Computed from the anchor each time. */
export function periodStart(anchorOn: IsoDate, of: Cycle, n: number): IsoDate {
  const parts = cycleParts(of)
  if (!parts) throw new RangeError(`Cycle "${of}" has no periods.`)
  const steps = parts.count * n
  switch (parts.unit) {
    case 'hour':
      throw new RangeError(`Cycle "${of}" has no periods of days.`)
    case 'day':
      return addDays(anchorOn, steps)
    case 'week':
      return addDays(anchorOn, steps * 7)
    case 'month':
      return addMonths(anchorOn, steps)
    case 'year':
      return addMonths(anchorOn, steps * 12)
  }
}

/** Half-open: the period ends on the day on which the next one starts. */
export interface Period {
  startsOn: IsoDate
  endsOn: IsoDate
}

export function period(anchorOn: IsoDate, of: Cycle, n: number): Period {
  return { startsOn: periodStart(anchorOn, of, n), endsOn: periodStart(anchorOn, of, n + 1) }
}
