import {
  addDays,
  addMonths,
  cycleParts,
  daysBetween,
  isMetered,
  isoDate,
  periodStart,
  recurs,
  type Cycle,
  type IsoDate,
} from '../kernel/index.ts'
import {
  chargedRests,
  monthsOf,
  restOfSpan,
  wholeSpan,
  type Charged,
  type Proration,
  type Rest,
  type Span,
} from './prorate.ts'
import type { Terms } from './terms.ts'

/** What the first document of a service charges, and where its billing days stand afterwards. */
export interface FirstTerm {
  /** In order; nothing for what does not recur. */
  pieces: readonly Rest[]
  anchorOn: IsoDate
  /** Number of the next period to be charged. */
  periodIndex: number
  nextOn: IsoDate | null
  spans: readonly Span[]
}

export interface FirstOf {
  cycle: Cycle
  today: IsoDate
  how: Proration
  terms: Pick<Terms, 'anchorDay' | 'chargeNextFrom'>
}

/**
 * The first period of a new service: whole from the day of the order, or shorter up to the fixed day of the month. From
 * the cut-off day on the period after that day is charged with it.
 */
export function firstTerm(of: FirstOf): FirstTerm {
  const { cycle, today, terms } = of
  if (isMetered(cycle)) return meteredTerm(of)
  if (!recurs(cycle)) return { pieces: [], anchorOn: today, periodIndex: 0, nextOn: null, spans: [] }
  const anchorOn =
    terms.anchorDay === 0 || monthsOf(cycle) === null ? today : nextDayOf(terms.anchorDay, today)
  if (anchorOn === today) return wholePeriods(of, { anchorOn, spans: [], pieces: [], next: true })
  const stub = { from: today, to: anchorOn, baseFrom: periodStart(anchorOn, cycle, -1), baseTo: anchorOn }
  const next = terms.chargeNextFrom > 0 && dayOfMonth(today) >= terms.chargeNextFrom
  return wholePeriods(of, { anchorOn, ...firstPart(of, stub), next })
}

/** Hours are charged afterwards, on the fixed day of the month or on its first. */
function meteredTerm({ today, terms }: FirstOf): FirstTerm {
  const nextOn = nextDayOf(terms.anchorDay || 1, addDays(today, 1))
  return { pieces: [], anchorOn: today, periodIndex: 0, nextOn, spans: [] }
}

/** The first day from `today` on that is this day of a month. */
export function nextDayOf(day: number, today: IsoDate): IsoDate {
  const first = isoDate(`${today.slice(0, 8)}${String(day).padStart(2, '0')}`)
  return first >= today ? first : addMonths(first, 1)
}

const dayOfMonth = (day: IsoDate): number => Number(day.slice(8))

/** A part of a period that is charged for the first time: "none" gives it away, "full" takes a whole price for it. */
export function firstPart({ cycle, today, how }: Omit<FirstOf, 'terms'>, part: Span) {
  const measure = { how, months: monthsOf(cycle) }
  const whole = { ...part, baseFrom: part.from, baseTo: part.to }
  if (how.mode === 'full') return { spans: [whole], pieces: [restOfSpan(whole, today, measure)] }
  const rest = restOfSpan(part, today, measure)
  if (how.mode === 'none')
    return { spans: [], pieces: [{ ...rest, offset: rest.offset + rest.days, days: 0 }] }
  return { spans: [part], pieces: [rest] }
}

function wholePeriods(
  { cycle, today, how }: FirstOf,
  begun: { anchorOn: IsoDate; spans: Span[]; pieces: Rest[]; next: boolean },
): FirstTerm {
  const { anchorOn, spans, pieces } = begun
  if (!begun.next) return { pieces, spans, anchorOn, periodIndex: 0, nextOn: anchorOn }
  const nextOn = periodStart(anchorOn, cycle, 1)
  const span = wholeSpan({ startsOn: anchorOn, endsOn: nextOn })
  // Of a period that begins today all is left, whatever the hour.
  const whole = restOfSpan(span, today, { how: { ...how, mode: 'day' }, months: null })
  return { pieces: [...pieces, whole], spans, anchorOn, periodIndex: 1, nextOn }
}

export interface Parent extends Charged {
  spans: readonly Span[]
}

/**
 * The first period of an add-on of a running service, which renews on the days of its parent. By the same cycle it is
 * charged for what is left of the parent's charged time, by another one for what is left of its own period on those days.
 */
export function alignedTerm(of: Omit<FirstOf, 'terms'>, parent: Parent): FirstTerm {
  const { cycle, today, how } = of
  const { anchorOn, periodIndex } = parent
  const own = { ...of, terms: { anchorDay: 0, chargeNextFrom: 0 } }
  if (!recurs(cycle) || !recurs(parent.cycle)) return firstTerm(own)
  const nextOn = periodStart(anchorOn, parent.cycle, periodIndex)
  if (cycle === parent.cycle && nextOn > today) {
    const pieces = chargedRests(parent, today, how)
    return { pieces, anchorOn, periodIndex, nextOn, spans: parent.spans }
  }
  // The parent may be charged no further than weeks ago: what is over by now is no part of what is sold today.
  const n = indexAt(anchorOn, cycle, today)
  // Before the parent's anchor there are no days to line up with.
  if (n < 0) return firstTerm(own)
  const endsOn = periodStart(anchorOn, cycle, n + 1)
  const part = wholeSpan({ startsOn: periodStart(anchorOn, cycle, n), endsOn })
  const { pieces } = firstPart(of, part)
  return { pieces, anchorOn, periodIndex: n + 1, nextOn: endsOn, spans: [] }
}

/** Number of the period that holds the day; negative before the anchor. */
export function indexAt(anchorOn: IsoDate, of: Cycle, day: IsoDate): number {
  if (day < anchorOn) return -1
  const parts = cycleParts(of)!
  const longest = { hour: 1, day: 1, week: 7, month: 31, year: 366 }[parts.unit] * parts.count
  let n = Math.floor(daysBetween(anchorOn, day) / longest)
  while (periodStart(anchorOn, of, n + 1) <= day) n++
  return n
}
