import { allocate, divideHalfUp, timesPpm } from '../../sdk/index.ts'

/**
 * Forms of a discount. "percent" and "fixed" take from everything, "setup" a share of set-up fees alone, "price" sets
 * what the product itself costs, "free" takes the whole period and leaves set-up.
 */
export const discountKinds = ['price', 'free', 'setup', 'percent', 'fixed'] as const
export type DiscountKind = (typeof discountKinds)[number]

export interface Discount {
  kind: DiscountKind
  /** 100 % is 1,000,000. */
  percentPpm: number | null
  /** Sum off, or the price of one unit. */
  amountMinor: bigint | null
}

/** A line as a discount meets it: what earlier discounts have left of it. */
export interface Discountable {
  kind: string
  quantity: number
  leftMinor: bigint
  /** Where it is a piece of a period: what the piece and the whole period cost. */
  piece?: { amountMinor: bigint; wholeMinor: bigint }
}

/**
 * What the discount takes off each line, as sums of zero or more and never more than is left: a percentage rounded half
 * up line by line, a fixed sum spread in proportion to what is left.
 */
export function discountShares(discount: Discount, lines: readonly Discountable[]): bigint[] {
  const { kind, percentPpm, amountMinor } = discount
  switch (kind) {
    case 'percent':
      return lines.map(({ leftMinor }) => timesPpm(leftMinor, percentPpm ?? 0))
    case 'setup':
      return lines.map((line) => (line.kind === 'setup' ? timesPpm(line.leftMinor, percentPpm ?? 0) : 0n))
    case 'free':
      return lines.map((line) => (line.kind === 'setup' ? 0n : line.leftMinor))
    case 'price':
      return lines.map((line) => (isOwn(line) ? above(line, amountMinor ?? 0n) : 0n))
    case 'fixed':
      return spread(amountMinor ?? 0n, lines)
  }
}

/** The same of a fixed sum as if there always were enough to take it from. */
export function meantShares(discount: Discount, lines: readonly Discountable[]): bigint[] {
  const left = lines.map(({ leftMinor }) => leftMinor)
  return discount.kind === 'fixed' && left.some((minor) => minor > 0n)
    ? allocate(discount.amountMinor ?? 0n, left)
    : discountShares(discount, lines)
}

const isOwn = ({ kind }: Discountable): boolean => kind === 'recurring' || kind === 'once'

/** A price is that of a whole period: of a piece it is the same share. */
function above({ leftMinor, quantity, piece }: Discountable, unitMinor: bigint): bigint {
  const whole = unitMinor * BigInt(quantity)
  const wanted =
    piece && piece.wholeMinor > 0n ? divideHalfUp(whole * piece.amountMinor, piece.wholeMinor) : whole
  return leftMinor > wanted ? leftMinor - wanted : 0n
}

function spread(sumMinor: bigint, lines: readonly Discountable[]): bigint[] {
  if (lines.length === 0) return []
  const left = lines.map(({ leftMinor }) => leftMinor)
  const whole = left.reduce((a, b) => a + b, 0n)
  return allocate(sumMinor < whole ? sumMinor : whole, left)
}

/** What a discount that lasts takes off the rest of a later period, as the billing run reckons it. */
export interface Lasting {
  percentPpm: number | null
  amountMinor: bigint | null
  /** Periods after the first; null is for ever. */
  periodsLeft: number | null
}

export function lastingOff({ percentPpm, amountMinor }: Lasting, leftMinor: bigint): bigint {
  if (percentPpm !== null) return timesPpm(leftMinor, percentPpm)
  const wanted = amountMinor ?? 0n
  return wanted < leftMinor ? wanted : leftMinor
}
