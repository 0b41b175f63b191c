import { account, type Posting } from '../ledger.ts'

/** What the gateway tells of one movement of our balance. */
export interface ToldMovement {
  kind: string
  currency: string
  /** Before the fee; below zero when money left. */
  amountMinor: bigint
  feeMinor: bigint
  /** What moved in the currency in which the client paid, when that is another one and the gateway says it. */
  charged: { currency: string; minor: bigint } | null
}

/** What the books have at the gateway for it. */
export interface BookedMovement {
  currency: string
  amountMinor: bigint
  feeMinor: bigint
}

export interface MovementPlan {
  /** In the currency of the balance. */
  settled: Posting[]
  /** In the currency of the books, when that is another one. */
  exchanged: Posting[]
}

interface Question {
  instanceId: string
  told: ToldMovement
  booked: BookedMovement | null
  /** Staff have taken it as it was told before: what was posted then is taken back. */
  wasAccepted?: boolean
  /** Staff take it as it is told, whatever the books say. */
  accept?: boolean
}

/**
 * What is to be posted so that the clearing account holds what the gateway's balance holds: the fee, or what is missing
 * of it, the exchange into the currency of the balance, and what moved for nothing that we know. Null when it fits
 * nothing, or not what the books say: then a person decides.
 */
export function planMovement({
  instanceId,
  told,
  booked,
  wasAccepted,
  accept,
}: Question): MovementPlan | null {
  const { currency } = told
  const post = (name: string, amountMinor: bigint, of = currency): Posting => ({
    ...{ account: name, currency: of, amountMinor },
  })
  const [clearing, fees] = [account.gateway(instanceId), account.gatewayFees(instanceId)]
  const [unmatched, net] = [account.unmatched(instanceId), told.amountMinor - told.feeMinor]
  if (booked === null) {
    if (told.kind === 'fee') return alone([post(clearing, net), post(fees, -net)])
    if (!accept) return null
    const { amountMinor, feeMinor } = told
    return alone([post(clearing, net), post(fees, feeMinor), post(unmatched, -amountMinor)])
  }
  const back: Posting[] = wasAccepted
    ? [post(clearing, -net), post(fees, -told.feeMinor), post(unmatched, told.amountMinor)]
    : []
  if (booked.currency === currency) {
    const rest = told.amountMinor - booked.amountMinor
    if (rest !== 0n && !accept) return null
    const fee = told.feeMinor - booked.feeMinor
    return alone([post(clearing, rest - fee), post(fees, fee), post(unmatched, -rest), ...back])
  }
  const { charged } = told
  const fits = !charged || (charged.currency === booked.currency && charged.minor === booked.amountMinor)
  if (!fits && !accept) return null
  const of = booked.currency
  return {
    settled: joined([
      ...[post(clearing, net), post(fees, told.feeMinor), post(account.exchange, -told.amountMinor)],
      ...back,
    ]),
    exchanged: joined([
      post(clearing, booked.feeMinor - booked.amountMinor, of),
      post(fees, -booked.feeMinor, of),
      post(account.exchange, booked.amountMinor, of),
    ]),
  }
}

const alone = (postings: Posting[]): MovementPlan => ({ settled: joined(postings), exchanged: [] })

/** One posting an account; what comes to nothing is left out. */
function joined(postings: readonly Posting[]): Posting[] {
  const sums = new Map<string, Posting>()
  for (const posting of postings) {
    const known = sums.get(posting.account)
    const amountMinor = (known?.amountMinor ?? 0n) + posting.amountMinor
    sums.set(posting.account, { ...posting, amountMinor })
  }
  return [...sums.values()].filter(({ amountMinor }) => amountMinor !== 0n)
}
