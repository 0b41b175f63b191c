import { divideHalfUp } from '../../../sdk/index.ts'
import { periodStart, recurs, type Cycle, type Instant, type IsoDate } from '../../kernel/index.ts'
import type { DueItem } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'

export type Timing = 'now' | 'next' | 'day'
export type Basis = 'amount' | 'hours' | 'quantity'

/** Something outside products that is charged: once, or every period for so many times; with one line or several. */
export interface BillableItem {
  id: string
  brand_id: string
  client_id: string
  currency: string
  name: string
  timing: Timing
  cycle: Cycle | null
  /** How often; null: until it is stopped. */
  times: number | null
  done: number
  anchor_on: IsoDate
  next_on: IsoDate | null
  apart: number
  notes: string | null
  status: 'active' | 'done' | 'stopped'
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface BillableLine {
  item_id: string
  position: number
  description: string
  basis: Basis
  /** Thousandths. */
  quantity_milli: number
  unit_minor: bigint
  amount_minor: bigint
  tax_class: string
}

/** Quantity × unit, half up: 2.5 hours at 80.00 are 200.00. */
export const amountOf = (quantityMilli: number, unitMinor: bigint): bigint =>
  divideHalfUp(BigInt(quantityMilli) * unitMinor, 1_000n)

/** Handed back to `advance`. Named as columns, because the database reads it. */
export interface BillableStep {
  id: string
  from_done: number
  to_done: number
  next_on: IsoDate | null
  status: 'active' | 'done'
}

export interface BillableWindow {
  untilOn: IsoDate
  /** Times that may be taken at once. */
  most: number
}

/** Pure: what of an item falls due up to and including the day. Null when nothing does. */
export function planBillable(
  item: BillableItem,
  lines: readonly BillableLine[],
  { untilOn, most }: BillableWindow,
): DueItem | null {
  const drafted: DraftLine[] = []
  let { done } = item
  let nextOn = item.timing === 'next' ? item.anchor_on : item.next_on
  while (nextOn !== null && done < item.done + most && (item.timing === 'next' || nextOn <= untilOn)) {
    const after = dayAfter(item, done + 1)
    drafted.push(...draftOf(item, lines, { startsOn: nextOn, endsOn: after ?? endOf(item, done + 1) }))
    done++
    nextOn = after
  }
  if (done === item.done) return null
  const status = nextOn === null ? 'done' : 'active'
  const step: BillableStep = { id: item.id, from_done: item.done, to_done: done, next_on: nextOn, status }
  return {
    ...{ sourceId: item.id, clientId: item.client_id, brandId: item.brand_id, currency: item.currency },
    dueOn: drafted[0]!.periodStart!,
    lines: drafted,
    step,
    ...(item.timing === 'next' ? { joins: true } : {}),
    ...(item.apart === 1 ? { apart: { key: item.id, notes: item.notes } } : {}),
  }
}

/** The first day of the nth time; null when there is none. Each is counted from the anchor. */
export function dayAfter({ cycle, times, anchor_on }: BillableItem, n: number): IsoDate | null {
  if (cycle === null || !recurs(cycle) || (times !== null && n >= times)) return null
  return periodStart(anchor_on, cycle, n)
}

/** The last period of several ends where a further one would begin; what is charged once has no length. */
const endOf = ({ cycle, anchor_on }: BillableItem, n: number): IsoDate =>
  cycle === null ? anchor_on : periodStart(anchor_on, cycle, n)

/** The lines of one time; each is a charge of its own. */
export function draftOf(
  item: Pick<BillableItem, 'id' | 'cycle'>,
  lines: readonly BillableLine[],
  { startsOn, endsOn }: { startsOn: IsoDate; endsOn: IsoDate },
): DraftLine[] {
  return lines.map((line) => ({
    sourceId: item.id,
    kind: 'manual',
    cause: `line_${line.position}`,
    description: line.description,
    ...shares(line),
    taxClass: line.tax_class,
    periodStart: startsOn,
    periodEnd: endsOn,
    trace: {
      basis: line.basis,
      quantity: decimalOf(line.quantity_milli),
      unit_minor: line.unit_minor.toString(),
    },
  }))
}

/** Documents count whole units: hours and parts of a unit stand as one of the whole sum, and in the trace. */
function shares({ quantity_milli, unit_minor, amount_minor }: BillableLine) {
  const whole = quantity_milli % 1_000 === 0
  if (!whole) return { quantity: 1, unitMinor: amount_minor, amountMinor: amount_minor }
  return { quantity: quantity_milli / 1_000, unitMinor: unit_minor, amountMinor: amount_minor }
}

/** 2500 → "2.5". */
export const decimalOf = (milli: number): string => String(milli / 1_000)
