import { assert } from '../kernel/index.ts'

/** Averages of one slot of five minutes, in bits a second. */
export interface TrafficSample {
  inRate: bigint
  outRate: bigint
}

/**
 * Which direction is billed. max_of_each: the percentile of either alone, the larger one. sum: of both together in each
 * slot. out: of what goes out.
 */
export const burstDirections = ['max_of_each', 'sum', 'out'] as const
export type BurstDirection = (typeof burstDirections)[number]

export interface BurstRule {
  direction: BurstDirection
  /** What a slot without a sample counts as: nothing was sent, or it is left out. Either favours one side: say which. */
  missing: 'zero' | 'skip'
  /** Slots of the whole period; see `slotsBetween`. */
  slots: number
  /** Paid for whether it is used or not, in bits a second. */
  committedRate: bigint
}

export interface BurstRate {
  /** The 95th percentile, in bits a second. */
  rate: bigint
  /** Of it above what is committed: what is charged besides. */
  aboveRate: bigint
  /** How many of the highest slots are free. */
  dropped: number
}

export const SLOT_MS = 300_000

/** Slots between two moments in milliseconds. A day on which clocks change has 276 or 300 of them, not 288. */
export function slotsBetween(fromMs: number, untilMs: number): number {
  assert(untilMs >= fromMs, 'the period ends after it begins')
  return Math.floor((untilMs - fromMs) / SLOT_MS)
}

/**
 * The rate that a burstable port is billed by: of n slots, the highest ⌊n / 20⌋ are free and the next one counts. It is
 * always a rate that was measured (or zero), never one between two.
 */
export function burstRate(samples: readonly TrafficSample[], rule: BurstRule): BurstRate {
  assert(samples.length <= rule.slots, `${samples.length} samples fit into ${rule.slots} slots`)
  const billed = rule.missing === 'zero' ? rule.slots : samples.length
  const dropped = Math.floor(billed / 20)
  const at = (of: (sample: TrafficSample) => bigint) => nthHighest(samples.map(of), dropped)
  const rate = rateBy(rule.direction, at)
  const above = rate - rule.committedRate
  return { rate, aboveRate: above > 0n ? above : 0n, dropped }
}

function rateBy(direction: BurstDirection, at: (of: (sample: TrafficSample) => bigint) => bigint): bigint {
  const [inRate, outRate] = [at((sample) => sample.inRate), at((sample) => sample.outRate)]
  if (direction === 'out') return outRate
  if (direction === 'sum') return at((sample) => sample.inRate + sample.outRate)
  return inRate > outRate ? inRate : outRate
}

/** Slots without a sample stand behind all others, as zero. */
function nthHighest(rates: readonly bigint[], n: number): bigint {
  const falling = rates.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return falling[n] ?? 0n
}
