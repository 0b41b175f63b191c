import { divideHalfUp } from '../../sdk/index.ts'
import {
  cycleParts,
  daysBetween,
  maxDay,
  minDay,
  periodStart,
  startOfDay,
  toMs,
  type Cycle,
  type Instant,
  type IsoDate,
  type Period,
} from '../kernel/index.ts'

/**
 * How a part of a period is measured: by calendar days; by seconds; by days of a thirtieth of a month each; "none" counts
 * a period that has begun as used up; "full" counts it whole, whatever the day.
 */
export const prorationModes = ['day', 'second', 'fixed_30', 'none', 'full'] as const
export type ProrationMode = (typeof prorationModes)[number]

export interface Proration {
  mode: ProrationMode
  /** Of the service; its days begin and end there. */
  zone: string
  /** The moment of the change, for what is measured by seconds. */
  at: Instant
}

const BY_DAY: Proration = { mode: 'day', zone: 'UTC', at: '' as Instant }

/** Charged time from one day to another, as a part of the period for which the price stands. */
export interface Span {
  from: IsoDate
  to: IsoDate
  baseFrom: IsoDate
  baseTo: IsoDate
}

/**
 * Share of a period's price for its units from `from` to `to`, counted from 0. Rounded on the running total, so that the
 * parts of a period always add up to its price, however it is cut.
 */
export function shareOf(priceMinor: bigint, units: { from: number; to: number; length: number }): bigint {
  return elapsed(priceMinor, units.to, units.length) - elapsed(priceMinor, units.from, units.length)
}

function elapsed(priceMinor: bigint, unit: number, length: number): bigint {
  return divideHalfUp(priceMinor * BigInt(unit), BigInt(length))
}

/** What of charged time is left: the share of its price, and the units for the trace. */
export interface Rest {
  startsOn: IsoDate
  endsOn: IsoDate
  /** First day that counts. */
  fromOn: IsoDate
  /** Units left, of so many that the whole period has: days, or seconds. */
  days: number
  length: number
  /** Where the rest begins within the period. */
  offset: number
  unit: 'day' | 'second'
}

export function restOf(period: Period, on: IsoDate, how: Proration = BY_DAY): Rest {
  return restOfSpan(wholeSpan(period), on, { how, months: null })
}

export const wholeSpan = ({ startsOn, endsOn }: Period): Span => ({
  from: startsOn,
  to: endsOn,
  baseFrom: startsOn,
  baseTo: endsOn,
})

export function restPrice(priceMinor: bigint, { offset, days, length }: Rest): bigint {
  return shareOf(priceMinor, { from: offset, to: offset + days, length })
}

export interface Charged {
  anchorOn: IsoDate
  cycle: Cycle
  /** Number of the first period that is not charged yet. */
  periodIndex: number
  spans?: readonly Span[]
}

/** What is left, at a moment, of the time that is charged: the present period, and those charged ahead of time. */
export function chargedRests(charged: Charged, on: IsoDate, how: Proration = BY_DAY): Rest[] {
  const measure = { how, months: monthsOf(charged.cycle) }
  return chargedSpans(charged, on).map((span) => restOfSpan(span, on, measure))
}

/** The charged time that is not over on a day, oldest first. */
export function chargedSpans(
  { anchorOn, cycle, periodIndex, spans = [] }: Charged,
  on: IsoDate,
): readonly Span[] {
  const periods: Span[] = []
  let endsOn = periodStart(anchorOn, cycle, periodIndex)
  // A part of a period that is charged by itself stands for it.
  const after = maxDay(on, spans.at(-1)?.to ?? on)
  for (let n = periodIndex - 1; n >= 0 && endsOn > after; n--) {
    const startsOn = periodStart(anchorOn, cycle, n)
    periods.unshift(wholeSpan({ startsOn, endsOn }))
    endsOn = startsOn
  }
  return [...spans.filter(({ to }) => to > on), ...periods]
}

interface Measure {
  how: Proration
  /** Months of a period; null for cycles of days and weeks. */
  months: number | null
}

export function restOfSpan(span: Span, on: IsoDate, measure: Measure): Rest {
  const { mode } = measure.how
  const fromOn = minDay(maxDay(on, span.from), span.to)
  const whole = { startsOn: span.from, endsOn: span.to, unit: 'day' as const }
  const scale = scaleOf(span, measure)
  const end = scale.at(span.to)
  const rest = (offset: number) => ({ ...whole, fromOn, offset, days: end - offset, length: scale.length })
  switch (mode) {
    case 'full':
      return { ...rest(scale.at(span.from)), fromOn: span.from }
    case 'none':
      return rest(on > span.from ? end : scale.at(span.from))
    case 'second':
      return { ...rest(clip(scale.now(), scale.at(span.from), end)), unit: 'second' }
    default:
      return rest(scale.at(fromOn))
  }
}

interface Scale {
  length: number
  /** Units from the start of the period to the start of a day. */
  at(day: IsoDate): number
  /** Units to the moment of the change. */
  now(): number
}

function scaleOf({ baseFrom, baseTo }: Span, { how, months }: Measure): Scale {
  const days = daysBetween(baseFrom, baseTo)
  const byDay = (day: IsoDate) => daysBetween(baseFrom, day)
  if (how.mode === 'second') {
    const start = toMs(startOfDay(how.zone, baseFrom))
    const at = (day: IsoDate) => Math.round((toMs(startOfDay(how.zone, day)) - start) / 1_000)
    return { length: at(baseTo), at, now: () => Math.floor((toMs(how.at) - start) / 1_000) }
  }
  if (how.mode === 'fixed_30' && months !== null) {
    // The 31st is free, and the last day of a short month takes what is left: the whole stays the whole.
    const length = 30 * months
    return { length, at: (day) => (day >= baseTo ? length : Math.min(byDay(day), length)), now: () => 0 }
  }
  return { length: days, at: byDay, now: () => 0 }
}

const clip = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

/** Null for what is not counted in months. */
export function monthsOf(of: Cycle): number | null {
  const parts = cycleParts(of)
  if (parts?.unit === 'month') return parts.count
  return parts?.unit === 'year' ? parts.count * 12 : null
}

export function spansOf({ spans }: { spans: string | null }): Span[] {
  return spans === null ? [] : (JSON.parse(spans) as Span[])
}

export const spansText = (spans: readonly Span[]): string | null =>
  spans.length === 0 ? null : JSON.stringify(spans)
