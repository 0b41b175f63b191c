import { Scalar } from 'yaml'
import { minorDigits, toDecimal } from '../../../sdk/index.ts'

export type Out = Record<string, unknown>

/** What says nothing is left out: null, an empty list, an empty mapping. */
export function said(fields: Out): Out {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        (typeof value !== 'object' || value instanceof Scalar || Object.keys(value).length > 0),
    ),
  )
}

/** A number that keeps the decimals of its currency; text when a YAML number would lose digits. */
export function decimal(minor: bigint, currency: string): Scalar | string {
  const text = toDecimal({ minor, currency })
  if (minor > 1_000_000_000_000n) return text
  const scalar = new Scalar(Number(text))
  scalar.minFractionDigits = minorDigits(currency)
  return scalar
}
