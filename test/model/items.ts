import { halfUp } from './arithmetic.ts'
import type { ModelLine } from './books.ts'
import { boundary, type Day } from './calendar.ts'
import { taxedAs, type ItemStep, type ModelShop } from './history.ts'

/** Something outside the plans that the client pays for. */
export interface ModelItem {
  of: ItemStep
  anchor: Day
  /** How often it was charged. */
  done: number
}

/** Lines name items by numbers below zero, beside the services. */
export const itemNumber = (nth: number): number => -1 - nth

const times = ({ of }: ModelItem): number =>
  of.timing !== 'day' || of.cycle === null ? 1 : (of.times ?? Infinity)

const startOf = ({ of, anchor }: ModelItem, n: number): Day =>
  of.cycle === null ? anchor : boundary(anchor, of.cycle, n)

/** The day that it is charged for next; null when it is done. */
export const nextDay = (item: ModelItem): Day | null =>
  item.done < times(item) ? startOf(item, item.done) : null

/** The lines of its next time, which is charged with them. */
export function chargeItem(item: ModelItem, number: number, { plans }: ModelShop): ModelLine[] {
  const from = startOf(item, item.done)
  item.done += 1
  const to = startOf(item, item.done)
  return item.of.lines.map(({ milli, unit, plan }) => ({
    ...{ service: number, kind: 'manual', tax: 0n, ...taxedAs({ plans }, plan), from, to },
    amount: halfUp(BigInt(milli) * BigInt(unit), 1_000n),
  }))
}
