import { minorDigits, type Currency } from './currency.ts'

/** An amount in the smallest unit of its currency: 12.34 EUR is { minor: 1234n, currency: 'EUR' }. */
export interface Money {
  readonly minor: bigint
  readonly currency: Currency
}

/** How money crosses a JSON border: minor units as text, so that no reader loses digits. */
export interface MoneyJson {
  minor: string
  currency: Currency
}

export function money(minor: bigint | number | string, currency: Currency): Money {
  minorDigits(currency)
  return { minor: BigInt(minor), currency }
}

export const zero = (currency: Currency): Money => money(0n, currency)

export function add(a: Money, b: Money): Money {
  assertSameCurrency(a, b)
  return { minor: a.minor + b.minor, currency: a.currency }
}

export function subtract(a: Money, b: Money): Money {
  assertSameCurrency(a, b)
  return { minor: a.minor - b.minor, currency: a.currency }
}

export const negate = (a: Money): Money => ({ minor: -a.minor, currency: a.currency })

/** Sum of a list; the currency is needed because the list may be empty. */
export function sum(amounts: readonly Money[], currency: Currency): Money {
  return amounts.reduce(add, zero(currency))
}

export function toJson(a: Money): MoneyJson {
  return { minor: a.minor.toString(), currency: a.currency }
}

export function fromJson(json: MoneyJson): Money {
  return money(json.minor, json.currency)
}

/** Rounds half away from zero, so that a credit note is the exact mirror of its invoice. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('Division by zero.')
  const negative = numerator < 0n !== denominator < 0n
  const n = abs(numerator)
  const d = abs(denominator)
  const rounded = (2n * n + d) / (2n * d)
  return negative ? -rounded : rounded
}

/** Rounds half to the even neighbour. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = divideFloor(numerator, denominator)
  const twice = 2n * (numerator * sign(denominator) - floor * abs(denominator))
  const unit = abs(denominator)
  if (twice < unit) return floor
  if (twice > unit) return floor + 1n
  return floor % 2n === 0n ? floor : floor + 1n
}

/** Rounds towards minus infinity. */
export function divideFloor(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('Division by zero.')
  const quotient = numerator / denominator
  const exact = quotient * denominator === numerator
  return !exact && numerator < 0n !== denominator < 0n ? quotient - 1n : quotient
}

/** amount × ppm ÷ 1,000,000, half up. */
export function timesPpm(minor: bigint, ppm: number): bigint {
  return divideHalfUp(minor * BigInt(ppm), 1_000_000n)
}

/**
 * Splits a total in proportion to weights so that the parts add up to it exactly:
 * each share is floored, the missing units go to the largest remainders, ties in order.
 * Weights must be zero or more; when all are zero, the first part takes everything.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.length === 0) throw new RangeError('allocate needs at least one weight.')
  if (weights.some((weight) => weight < 0n)) throw new RangeError('allocate needs weights of zero or more.')
  const whole = weights.reduce((a, b) => a + b, 0n)
  if (whole === 0n) return weights.map((_, i) => (i === 0 ? total : 0n))
  const parts = weights.map((weight) => divideFloor(total * weight, whole))
  const remainders = weights.map((weight, i) => ({ i, rest: total * weight - parts[i]! * whole }))
  remainders.sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1))
  const missing = Number(total - parts.reduce((a, b) => a + b, 0n))
  for (const { i } of remainders.slice(0, missing)) parts[i] = parts[i]! + 1n
  return parts
}

/** "1234.5" → 123450n for EUR. Refuses more decimals than the currency has. */
export function parseDecimal(text: string, currency: Currency): Money {
  const digits = minorDigits(currency)
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text.trim())
  if (!match) throw new RangeError(`"${text}" is not an amount such as 12.34.`)
  const fraction = match[3] ?? ''
  if (fraction.length > digits) {
    throw new RangeError(`"${text}" has ${fraction.length} decimals; ${currency} has ${digits}.`)
  }
  const minor = BigInt(match[2]! + fraction.padEnd(digits, '0'))
  return { minor: match[1] ? -minor : minor, currency }
}

/** 123450n EUR → "1234.50": plain decimal text for files and forms, not for people. */
export function toDecimal(amount: Money): string {
  const digits = minorDigits(amount.currency)
  const text = abs(amount.minor)
    .toString()
    .padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const mark = amount.minor < 0n ? '-' : ''
  return digits === 0 ? mark + whole : `${mark}${whole}.${text.slice(-digits)}`
}

function assertSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new TypeError(`Cannot add ${a.currency} to ${b.currency}.`)
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n)
const sign = (n: bigint): bigint => (n < 0n ? -1n : 1n)
