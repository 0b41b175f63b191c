import { divideHalfUp, isCurrency, minorDigits, Type } from '../../sdk/index.ts'

/**
 * A sum in each currency that has one, in whole units as people write it: { EUR: '5.00', IDR: '50000' }. One number would
 * mean a coffee in one currency and a month's rent in another. A currency without a row, or with 0, has none.
 */
export type Sums = Readonly<Record<string, string>>

export const Sums = Type.Record(Type.String({ pattern: '^[A-Z]{3}$' }), Type.String({ maxLength: 20 }), {
  additionalProperties: false,
  sums: true,
})

/** In minor units; null where the currency has none. */
export function sumIn(sums: Sums | undefined, currency: string): bigint | null {
  const [whole = '', fraction = ''] = (sums?.[currency] ?? '0').replace(',', '.').split('.')
  const units = BigInt(whole + fraction) * 10n ** BigInt(minorDigits(currency))
  // Sums of before could have more decimals than their currency, and were rounded just so.
  const minor = divideHalfUp(units, 10n ** BigInt(fraction.length))
  return minor === 0n ? null : minor
}

const SUM = /^\d{1,11}(?:[.,](\d+))?$/

/** Why a row cannot be kept, by currency; null when all can. */
export function sumProblems(sums: Sums): Record<string, string> | null {
  const reasons = Object.entries(sums).flatMap(([currency, text]) => {
    const reason = rowProblem(currency, text)
    return reason === null ? [] : [[currency, reason] as const]
  })
  return reasons.length === 0 ? null : Object.fromEntries(reasons)
}

function rowProblem(currency: string, text: string): string | null {
  if (!isCurrency(currency)) return `names ${currency}, which is no currency of ISO 4217`
  const sum = SUM.exec(text)
  if (!sum) return `needs a sum in ${currency} such as 5 or 12.50, not "${text}"`
  const digits = minorDigits(currency)
  return (sum[1] ?? '').length > digits ? `takes no more than ${digits} decimals in ${currency}` : null
}

/** The same for settings that hold several such tables beside other things: { 'amount.EUR': … }. */
export function problemsIn(
  tables: Readonly<Record<string, Sums | undefined>>,
): Record<string, string> | null {
  const reasons = Object.entries(tables).flatMap(([name, sums = {}]) =>
    Object.entries(sumProblems(sums) ?? {}).map(([currency, reason]) => [`${name}.${currency}`, reason]),
  )
  return reasons.length === 0 ? null : (Object.fromEntries(reasons) as Record<string, string>)
}
