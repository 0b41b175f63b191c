/** a ÷ b to the nearest whole, a half away from zero: written from the table of rounding modes. */
export function halfUp(a: bigint, b: bigint): bigint {
  if (b < 0n) return halfUp(-a, -b)
  if (a < 0n) return -halfUp(-a, b)
  const whole = a / b
  return (a - whole * b) * 2n >= b ? whole + 1n : whole
}

/** What of a price falls on the days from `from` to `to` of a period: the difference of two running totals. */
export const partOf = (price: bigint, from: number, to: number, length: number): bigint =>
  halfUp(price * BigInt(to), BigInt(length)) - halfUp(price * BigInt(from), BigInt(length))

/** What of a period's price is left from a day in it to its end. */
export const restOf = (
  price: bigint,
  { from, to, start }: { from: number; to: number; start: number },
): bigint => partOf(price, from - start, to - start, to - start)

export interface TaxedAmount {
  amount: bigint
  ppm: bigint
}

/** Tax for each line. Each rate is rounded once for a document; the largest line of the rate takes what is over. */
export function taxOf(lines: readonly TaxedAmount[], inclusive: boolean): bigint[] {
  const part = (amount: bigint, ppm: bigint) =>
    inclusive ? halfUp(amount * ppm, 1_000_000n + ppm) : halfUp(amount * ppm, 1_000_000n)
  const taxes = lines.map(({ amount, ppm }) => part(amount, ppm))
  for (const ppm of new Set(lines.map((line) => line.ppm))) {
    const own = lines.flatMap((line, i) => (line.ppm === ppm ? [i] : []))
    const whole = part(
      own.reduce((sum, i) => sum + lines[i]!.amount, 0n),
      ppm,
    )
    const given = own.reduce((sum, i) => sum + taxes[i]!, 0n)
    const largest = own.reduce((best, i) => (size(lines[i]!.amount) > size(lines[best]!.amount) ? i : best))
    taxes[largest] = taxes[largest]! + whole - given
  }
  return taxes
}

export const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
export const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n)

/** A sum over lines in proportion: floors first, then a unit each to the largest remainders, in order. */
export function spread(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sumOf(weights)
  if (whole === 0n) return weights.map((_, i) => (i === 0 ? total : 0n))
  const parts = weights.map((weight) => (total * weight) / whole)
  const order = weights
    .map((weight, i) => ({ i, rest: (total * weight) % whole }))
    .sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1))
  for (const { i } of order.slice(0, Number(total - sumOf(parts)))) parts[i]! += 1n
  return parts
}
