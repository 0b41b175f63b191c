import { invalidInput } from '../kernel/index.ts'

/** In minor units. A bigint column holds nine thousand times as much, so taxes and sums over documents fit beside it. */
const SUM_MAX = 999_999_999_999_999n

/** What is taken off counts like what is added: no sum on the way may be larger than the books hold either. */
export function refuseTooLarge(lines: readonly { amountMinor: bigint }[]): void {
  const sum = lines.reduce(
    (all, { amountMinor }) => all + (amountMinor < 0n ? -amountMinor : amountMinor),
    0n,
  )
  if (sum > SUM_MAX) throw invalidInput({ lines: 'comes to more than a document can hold' })
}
