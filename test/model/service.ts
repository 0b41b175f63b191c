import type { ModelDocument } from './books.ts'
import { boundary, type Day } from './calendar.ts'
import type { CouponName } from './history.ts'
import type { Meter } from './hours.ts'

/** What of a sum is taken off. */
export type Off = (sum: bigint) => bigint

/** A change that waits for its payment. */
export interface Waiting {
  document: ModelDocument
  apply(): void
  /** End of what was charged when the sum was made. */
  through: Day
}

export interface ModelService {
  plan: number
  cycle: string
  price: bigint
  /** How much memory it has, and what that costs a period. */
  memory: number
  extra: bigint
  coupon: CouponName | null
  couponLeft: number | null
  anchor: Day
  /** Number of the first period that is not charged. */
  index: number
  /** Periods that are sold and not charged yet; null goes on. */
  left: number | null
  /** What was taken off the periods that were charged with a discount, by their ends. */
  lowered: Map<Day, Off>
  status: 'pending' | 'active' | 'ending' | 'ended'
  cancelOn: Day | null
  overdue: boolean
  staff: boolean
  waiting: Waiting | null
  /** Of a plan by the hour. */
  meter: Meter | null
  /** Periods that the planned cancellation took back. */
  taken: { from: Day; to: Day }[]
}

type Ordered = Pick<ModelService, 'plan' | 'cycle' | 'price' | 'extra' | 'memory' | 'anchor' | 'left'>

/** Its first period is charged with the order. */
export const newService = (ordered: Ordered): ModelService => ({
  ...ordered,
  ...{ coupon: null, couponLeft: null, index: 1, lowered: new Map(), status: 'pending', cancelOn: null },
  ...{ overdue: false, staff: false, waiting: null, taken: [] },
  meter: ordered.cycle === '1h' ? { at: null, end: null, isOver: false } : null,
})

/** End of what is charged. */
export const through = ({ anchor, cycle, index }: ModelService): Day => boundary(anchor, cycle, index)

/** All periods of its fixed term, or of a trial that ends, lie behind it, charged or not. */
export const isOver = ({ anchor, cycle, index, left }: ModelService, today: Day): boolean =>
  left !== null && boundary(anchor, cycle, index + left) <= today

/** What is left of the periods that are charged, today's and those ahead. */
export function restsOf(service: ModelService, today: Day): { from: Day; to: Day; start: Day }[] {
  const rests: { from: Day; to: Day; start: Day }[] = []
  for (let n = 0; n < service.index; n++) {
    const [start, to] = [
      boundary(service.anchor, service.cycle, n),
      boundary(service.anchor, service.cycle, n + 1),
    ]
    if (to > today) rests.push({ start, to, from: Math.max(start, today) })
  }
  return rests
}

/**
 * Another cycle within a fixed term, which keeps its end: its periods lead there from some day back. The one in which
 * today lies is charged from today on. Null when the service goes on for ever.
 */
export function termFrom(service: ModelService, today: Day, cycle: string) {
  if (service.left === null) return null
  const end = boundary(service.anchor, service.cycle, service.index + service.left)
  let periods = 1
  for (; ; periods++) {
    const anchor = boundary(end, cycle, -periods)
    if (anchor > today || boundary(anchor, cycle, periods) !== end) continue
    let index = 1
    while (boundary(anchor, cycle, index) <= today) index += 1
    const [start, to] = [boundary(anchor, cycle, index - 1), boundary(anchor, cycle, index)]
    return { start, to, days: { anchor, index, left: periods - index } }
  }
}

/** A change that waits no longer fits a service that was charged again or leaves. */
export const isStale = (service: ModelService, waiting: Waiting): boolean =>
  service.status.startsWith('end') || through(service) !== waiting.through
