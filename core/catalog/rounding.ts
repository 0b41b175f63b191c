import { divideFloor, divideHalfUp } from '../../sdk/index.ts'

/**
 * Where a price may stand: at whole steps plus an ending. A step of 1.00 with the ending 0.99 allows 4.99, 5.99 …; a step
 * of 1000.00 without ending allows whole thousands.
 */
export interface RoundingRule {
  mode: 'nearest' | 'up' | 'down'
  /** In minor units, above zero; 1 is the smallest unit. */
  stepMinor: bigint
  /** Zero or more, below the step. */
  endingMinor: bigint
}

export const roundingModes = ['nearest', 'up', 'down'] as const

/** The fraction numerator ÷ denominator at the place that the rule allows; halves go up. Never below zero. */
export function roundPrice(
  { mode, stepMinor, endingMinor }: RoundingRule,
  numerator: bigint,
  denominator: bigint,
): bigint {
  if (numerator === 0n) return 0n
  const over = numerator - endingMinor * denominator
  const unit = stepMinor * denominator
  const steps = mode === 'nearest' ? divideHalfUp(over, unit) : divideSteps(mode, over, unit)
  const rounded = steps * stepMinor + endingMinor
  return rounded < 0n ? endingMinor : rounded
}

function divideSteps(mode: 'up' | 'down', over: bigint, unit: bigint): bigint {
  return mode === 'down' ? divideFloor(over, unit) : -divideFloor(-over, unit)
}
