import { isCurrency, parseDecimal } from '../../sdk/index.ts'
import { fileTypes } from '../files/index.ts'
import { isPattern } from './order-fields.ts'
import type { DiscountKind } from './discount.ts'
import type { FieldKind, OptionKind } from './product.ts'

/** Rules that join several fields of a record, the same for forms, API and files: field → reason. */
export type Problems = Record<string, string>

export interface OptionShape {
  kind: OptionKind
  minimum: number | null
  maximum: number | null
  step: number | null
  preset: string | null
}

/** `valueKeys`: what a list or radio offers, when it is known already. */
export function optionProblems(option: OptionShape, valueKeys?: readonly string[]): Problems {
  const { kind, minimum, maximum, step, preset } = option
  if (kind === 'list' || kind === 'radio') {
    if (preset !== null && valueKeys && !valueKeys.includes(preset))
      return { preset: `must be one of the values ${valueKeys.join(', ')}` }
    return {}
  }
  if (kind === 'checkbox')
    return preset === null || preset === '1' || preset === '0' ? {} : { preset: 'must be 1 or 0' }
  const problems: Problems = {}
  const low = minimum ?? 0
  if (maximum !== null && maximum < low) problems.maximum = `must be ${low} or more`
  if (step !== null && step < 1) problems.step = 'must be 1 or more'
  if (preset !== null && !fits(preset, { low, maximum, step: step ?? 1 }))
    problems.preset = 'must be a number between minimum and maximum that the steps reach'
  return problems
}

function fits(preset: string, range: { low: number; maximum: number | null; step: number }): boolean {
  const number = /^\d{1,9}$/.test(preset) ? Number(preset) : NaN
  return (
    number >= range.low &&
    (range.maximum === null || number <= range.maximum) &&
    (number - range.low) % range.step === 0
  )
}

export interface FieldShape {
  kind: FieldKind
  choices: readonly string[]
  pattern: string | null
}

export function fieldProblems(field: FieldShape): Problems {
  const problems: Problems = {}
  if (field.kind === 'list' && field.choices.length === 0) problems.choices = 'needs at least one choice'
  if (field.kind === 'file') {
    if (!field.choices.every((type) => type in fileTypes))
      problems.choices = `must be among ${Object.keys(fileTypes).join(', ')}`
  } else if (field.kind !== 'list' && field.choices.length > 0)
    problems.choices = 'belongs to lists and files alone'
  if (field.pattern !== null && !isPattern(field.pattern)) problems.pattern = 'is not a regular expression'
  return problems
}

export interface CouponShape {
  kind: DiscountKind
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  minimum_minor?: bigint | null
  minimum_currency?: string | null
  starts_on: string | null
  ends_on: string | null
}

export function couponProblems(coupon: CouponShape): Problems {
  const { starts_on, ends_on, minimum_minor = null, minimum_currency = null } = coupon
  const problems = worthProblems(coupon)
  if (starts_on && ends_on && ends_on < starts_on) problems.ends_on = `must not be before ${starts_on}`
  if ((minimum_minor === null) !== (minimum_currency === null))
    problems.minimum_currency = 'belongs to a smallest sum, and the sum to it'
  return problems
}

function worthProblems({ kind, percent_ppm, amount_minor, currency }: CouponShape): Problems {
  const problems: Problems = {}
  if (kind === 'percent' || kind === 'setup') {
    if (percent_ppm === null || percent_ppm < 1 || percent_ppm > 1_000_000)
      problems.percent = 'must be above 0 and at most 100'
    if (amount_minor !== null) problems.amount = 'belongs to fixed coupons'
  } else if (kind === 'free') {
    if (amount_minor !== null) problems.amount = 'belongs to fixed coupons'
  } else {
    if (amount_minor === null || amount_minor < (kind === 'fixed' ? 1n : 0n))
      problems.amount = kind === 'fixed' ? 'must be above 0' : 'is missing'
    if (currency === null) problems.currency = 'is missing'
    if (percent_ppm !== null) problems.percent = 'belongs to percent coupons'
  }
  return problems
}

/** "4.90" in EUR → 490n, or what is wrong with it. */
export function readAmount(text: string, currency: string): bigint | { problem: string } {
  if (!isCurrency(currency)) return { problem: `"${currency}" is not a currency code of ISO 4217` }
  try {
    const { minor } = parseDecimal(text, currency)
    return minor < 0n ? { problem: 'must not be negative' } : minor
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/** "12.5" percent → 125,000 ppm; null when it is not a number with at most four decimals. */
export function readPercent(text: string): number | null {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text.trim())
  return match ? Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0')) : null
}
