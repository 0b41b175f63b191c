import { divideHalfUp } from '../../../sdk/index.ts'
import { daysBetween, maxDay, minDay, type IsoDate } from '../../kernel/index.ts'

/** What of a line counts for its recognition. */
export interface Earning {
  netMinor: bigint
  /** Days [startsOn, endsOn) for which it was invoiced; null when it is earned on the day of its document. */
  startsOn: IsoDate | null
  endsOn: IsoDate | null
  issuedOn: IsoDate
  /** Day on which its document was declared never valid. */
  voidedOn: IsoDate | null
}

/**
 * What of a line is earned before a day, by days and by the cumulative rule: whatever the days asked for, the pieces add
 * up to the line. Nothing is earned before the document exists; what its period has passed by then is earned at once.
 */
export function earnedBefore(line: Earning, day: IsoDate): bigint {
  if (line.issuedOn >= day || isVoid(line, day)) return 0n
  if (line.startsOn === null || line.endsOn === null || line.endsOn <= line.startsOn) return line.netMinor
  const days = daysBetween(line.startsOn, line.endsOn)
  const passed = daysBetween(line.startsOn, minDay(maxDay(day, line.startsOn), line.endsOn))
  return divideHalfUp(line.netMinor * BigInt(passed), BigInt(days))
}

/** Invoiced before a day and not earned before it. */
export function deferredBefore(line: Earning, day: IsoDate): bigint {
  return invoicedBefore(line, day) - earnedBefore(line, day)
}

export function invoicedBefore(line: Earning, day: IsoDate): bigint {
  return line.issuedOn >= day || isVoid(line, day) ? 0n : line.netMinor
}

/** A void takes the line back whole on its day. */
const isVoid = ({ voidedOn }: Earning, day: IsoDate): boolean => voidedOn !== null && voidedOn < day
