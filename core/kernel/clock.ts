import { dayIn, instant, type Instant, type IsoDate } from './dates.ts'

/** The system clock: always real. Sessions, tokens, signatures, rate limits, leases and deadlines read it. */
export interface Clock {
  now(): Instant
  ms(): number
}

/** The business clock decides days, due dates, periods, dunning and delivery retries; it may be a test clock. */
export interface BusinessClock {
  now(): Instant
  /** The calendar day in an IANA zone. */
  today(zone: string): IsoDate
}

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  ms: () => Date.now(),
}

/**
 * Milliseconds since this process started, which no change of the wall clock moves: for how long something takes, and
 * when what rests in memory is over.
 */
export const steadyMs = (): number => performance.now()

/** `offsetMs` is read at each call, because another process may move the test clock. */
export function businessClock(clock: Clock, offsetMs: () => number): BusinessClock {
  const now = () => instant(clock.ms() + offsetMs())
  return { now, today: (zone) => dayIn(zone, now()) }
}
