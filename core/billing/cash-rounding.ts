import { divideHalfUp, isCurrency, minorDigits, parseDecimal } from '../../sdk/index.ts'

/** A currency whose sums to pay are rounded, and to what: { currency: 'CHF', step: '0.05' }. */
export interface CashStep {
  currency: string
  /** In whole units of the currency, as people write it. */
  step: string
}

/** To the next multiple of the step, half away from zero; a step of 0 leaves the sum as it is. */
export const toCash = (minor: bigint, stepMinor: bigint): bigint =>
  stepMinor === 0n ? minor : stepMinor * divideHalfUp(minor, stepMinor)

/** In minor units; 0 where nothing is rounded. */
export function cashStepOf(steps: readonly CashStep[], currency: string): bigint {
  const found = steps.find((one) => one.currency === currency)
  return found ? parseDecimal(pointed(found.step), currency).minor : 0n
}

/** "0,05" is what much of the world writes. */
const pointed = (step: string): string => step.replace(',', '.')

/** Why these steps cannot be rounded to, said of the field; null when they can. */
export function stepProblem(steps: readonly CashStep[]): string | null {
  const seen = new Set<string>()
  for (const { currency, step: typed } of steps) {
    const step = pointed(typed)
    if (seen.has(currency)) return `names ${currency} twice`
    seen.add(currency)
    if (!isCurrency(currency)) return `names ${currency}, which is no currency of ISO 4217`
    const digits = minorDigits(currency)
    if ((step.split('.')[1] ?? '').length > digits)
      return `takes no more than ${digits} decimals in ${currency}`
    if (parseDecimal(step, currency).minor === 0n) return `needs a step above zero for ${currency}`
  }
  return null
}

/** What rounding added to a document, or took off it; net and tax never bear it. */
export const cashRounding = (of: {
  subtotal_minor: bigint
  tax_minor: bigint
  total_minor: bigint
}): bigint => of.total_minor - of.subtotal_minor - of.tax_minor
