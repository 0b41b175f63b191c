import { divideHalfUp } from '../../sdk/index.ts'
import { daysBetween, periodStart, type Cycle, type IsoDate, type Period } from '../kernel/index.ts'

/**
 * Share of a period's price for its days from `fromDay` to `toDay`, counted from 0. Rounded on the running total, so
 * that the parts of a period always add up to its price, however it is cut.
 */
export function shareOf(priceMinor: bigint, days: { from: number; to: number; length: number }): bigint {
  return elapsed(priceMinor, days.to, days.length) - elapsed(priceMinor, days.from, days.length)
}

function elapsed(priceMinor: bigint, day: number, length: number): bigint {
  return divideHalfUp(priceMinor * BigInt(day), BigInt(length))
}

/** What of a period is left on a day: the share of its price, and the days for the trace. */
export interface Rest {
  startsOn: IsoDate
  endsOn: IsoDate
  /** First day that counts. */
  fromOn: IsoDate
  days: number
  length: number
}

export function restOf(period: Period, on: IsoDate): Rest {
  const length = daysBetween(period.startsOn, period.endsOn)
  const fromOn = on > period.startsOn ? on : period.startsOn
  return { ...period, fromOn, days: daysBetween(fromOn, period.endsOn), length }
}

export function restPrice(priceMinor: bigint, rest: Rest): bigint {
  const { length, days } = rest
  return shareOf(priceMinor, { from: length - days, to: length, length })
}

export interface Charged {
  anchorOn: IsoDate
  cycle: Cycle
  /** Number of the first period that is not charged yet. */
  periodIndex: number
}

/** What is left, on a day, of the periods that are charged: the present one and those charged ahead of time. */
export function chargedRests({ anchorOn, cycle, periodIndex }: Charged, on: IsoDate): Rest[] {
  const rests: Rest[] = []
  let endsOn = periodStart(anchorOn, cycle, periodIndex)
  for (let n = periodIndex - 1; n >= 0 && endsOn > on; n--) {
    const startsOn = periodStart(anchorOn, cycle, n)
    rests.unshift(restOf({ startsOn, endsOn }, on))
    endsOn = startsOn
  }
  return rests
}
