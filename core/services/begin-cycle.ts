import { daysBetween, period, periodStart, type Cycle, type IsoDate } from '../kernel/index.ts'
import {
  chargedSpans,
  monthsOf,
  restOfSpan,
  type Charged,
  type Proration,
  type Rest,
  type Span,
} from './prorate.ts'

/** Where the billing days stand when another cycle begins. */
export interface BegunCycle {
  beginsOn: IsoDate
  anchorOn: IsoDate
  periodIndex: number
  chargedThrough: IsoDate
  spans: readonly Span[]
  /** What is charged at once: a period, or the part of one that comes before whole ones. Null: they follow later. */
  first: Rest | null
  /** What was charged stays: the new cycle begins after it. */
  isKept: boolean
  /** Periods that the term still has; null goes on. */
  left: number | null
}

export interface CycleFacts {
  /** Null for what was not charged by period. */
  charged: Charged | null
  chargedThrough: IsoDate | null
  /** Periods of the old cycle that are still to come; null goes on. */
  periodsLeft: number | null
  cycle: Cycle
  onDay: IsoDate
  /** By days of some kind, or not at all: a new cycle begins with a day. */
  how: Proration
}

/**
 * A new cycle begins today, or where the charged time ends when a period that has begun counts as used up. A fixed term
 * keeps its end: the periods are counted back from it, and what comes before the first whole one is charged as a part.
 */
export function beginCycle(facts: CycleFacts): BegunCycle {
  const { charged, chargedThrough: through, periodsLeft, cycle, onDay, how } = facts
  const isKept = how.mode === 'none' && charged !== null && through !== null && through > onDay
  const beginsOn = isKept ? through : onDay
  const spans = isKept ? chargedSpans(charged, onDay) : []
  if (periodsLeft !== null && charged !== null) {
    const endsOn = periodStart(charged.anchorOn, charged.cycle, charged.periodIndex + periodsLeft)
    return inTerm({ cycle, how, beginsOn, endsOn, spans, isKept })
  }
  const begun = { beginsOn, anchorOn: beginsOn, spans, isKept, left: null }
  if (isKept) return { ...begun, periodIndex: 0, chargedThrough: beginsOn, first: null }
  const endsOn = periodStart(beginsOn, cycle, 1)
  return { ...begun, periodIndex: 1, chargedThrough: endsOn, first: fullRest(beginsOn, endsOn) }
}

interface TermFacts extends Pick<CycleFacts, 'cycle' | 'how'> {
  beginsOn: IsoDate
  endsOn: IsoDate
  spans: readonly Span[]
  isKept: boolean
}

function inTerm({ cycle, how, beginsOn, endsOn, spans, isKept }: TermFacts): BegunCycle {
  const later = { beginsOn, chargedThrough: beginsOn, spans, isKept, first: null }
  if (endsOn <= beginsOn) return { ...later, anchorOn: beginsOn, periodIndex: 0, left: 0 }
  const { anchorOn, periods } = countedBack(cycle, beginsOn, endsOn)
  let index = 0
  while (periodStart(anchorOn, cycle, index + 1) <= beginsOn) index++
  const { startsOn: from, endsOn: to } = period(anchorOn, cycle, index)
  const isWhole = from === beginsOn
  if (isWhole && isKept) return { ...later, anchorOn, periodIndex: index, left: periods - index }
  const begun = {
    beginsOn,
    anchorOn,
    periodIndex: index + 1,
    chargedThrough: to,
    isKept,
    left: periods - index - 1,
  }
  if (isWhole) return { ...begun, spans, first: fullRest(from, to) }
  const part = { from: beginsOn, to, baseFrom: from, baseTo: to }
  const first = restOfSpan(part, beginsOn, { how, months: monthsOf(cycle) })
  return { ...begun, spans: [...spans, part], first }
}

/** After so many more periods every cycle has met the end's own month and day, 29 February included. */
const STEPS_MAX = 100

/** The last day not after the beginning from which whole periods lead to the end: a short month may have no such day. */
function countedBack(
  cycle: Cycle,
  beginsOn: IsoDate,
  endsOn: IsoDate,
): { anchorOn: IsoDate; periods: number } {
  for (let periods = 1; periods <= daysBetween(beginsOn, endsOn) + STEPS_MAX; periods++) {
    const anchorOn = periodStart(endsOn, cycle, -periods)
    if (anchorOn <= beginsOn && periodStart(anchorOn, cycle, periods) === endsOn) return { anchorOn, periods }
  }
  throw new Error(`Invariant broken: no periods of ${cycle} lead from ${beginsOn} to ${endsOn}`)
}

export function fullRest(startsOn: IsoDate, endsOn: IsoDate): Rest {
  return { startsOn, endsOn, fromOn: startsOn, days: 1, length: 1, offset: 0, unit: 'day' }
}
