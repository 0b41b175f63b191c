import { divideHalfUp } from '../../sdk/index.ts'
import { periodStart, type IsoDate } from '../kernel/index.ts'
import type { DueOption, DueService } from './plan-periods.ts'

/** New prices of one service from its first period on or after a day. */
export interface Repricing {
  /** The row that says so; null for what is only tried out. */
  id: string | null
  fromOn: IsoDate
  amountMinor: bigint
  recurringMinor: bigint
  /** By option id. */
  options: ReadonlyMap<string, bigint>
}

/** What a campaign does to a price: a part of it, options included, or a new price of one unit of the product itself. */
export type PriceChange = { kind: 'percent'; percent_ppm: number } | { kind: 'amount'; unit_minor: string }

type Priced = Pick<DueService, 'quantity' | 'amount_minor' | 'recurring_minor'>

/** The prices of a service after a change. Each amount is rounded half up by itself, so that lines add up to the sum. */
export function repriced(
  service: Priced,
  options: readonly Pick<DueOption, 'option_id' | 'amount_minor'>[],
  change: PriceChange,
): Pick<Repricing, 'amountMinor' | 'recurringMinor' | 'options'> {
  const old = options.reduce((sum, { amount_minor: minor }) => sum + minor, 0n)
  // What no line of an option explains is the product's own.
  const beside = service.recurring_minor - service.amount_minor - old
  const raised = (minor: bigint): bigint =>
    change.kind === 'percent'
      ? divideHalfUp(minor * BigInt(1_000_000 + change.percent_ppm), 1_000_000n)
      : minor
  const amountMinor =
    change.kind === 'percent'
      ? raised(service.amount_minor)
      : BigInt(change.unit_minor) * BigInt(service.quantity)
  const changed = options.map(({ option_id, amount_minor }) => [option_id, raised(amount_minor)] as const)
  const optionsMinor = changed.reduce((sum, [, minor]) => sum + minor, 0n)
  return { amountMinor, recurringMinor: amountMinor + optionsMinor + beside, options: new Map(changed) }
}

/** The first period of a service that is not charged yet and begins on or after a day. */
export function firstOn(
  service: Pick<DueService, 'anchor_on' | 'cycle' | 'period_index' | 'next_period_on'>,
  day: IsoDate,
): IsoDate | null {
  if (service.anchor_on === null) return null
  let startsOn = service.next_period_on
  for (let n = service.period_index + 1; startsOn < day; n++)
    startsOn = periodStart(service.anchor_on, service.cycle, n)
  return startsOn
}

export const storeOptions = (options: ReadonlyMap<string, bigint>): string =>
  JSON.stringify(Object.fromEntries([...options].map(([id, minor]) => [id, minor.toString()])))

export function readOptions(text: string): Map<string, bigint> {
  const stored = Object.entries(JSON.parse(text) as Record<string, string>)
  return new Map(stored.map(([id, minor]) => [id, BigInt(minor)]))
}
