import type Stripe from 'stripe'
import type { FeeReport, GatewayMovement } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { idOf } from './ids.ts'

/** Our words by Stripe's types; what stands in no row is told to staff by its own name. */
const KINDS: Record<string, string> = {
  ...{ charge: 'payment', payment: 'payment', refund: 'refund', payment_refund: 'refund' },
  ...{ refund_failure: 'refund', stripe_fee: 'fee', stripe_fx_fee: 'fee', tax_fee: 'fee' },
}
const DISPUTE = 'dispute'
/** Payouts are told with what they are made of. */
const PAYOUT = 'payout'
/** Each comes with what it is of: more at once takes longer than a plugin may run in one go on a busy machine. */
const PAGE = 40

export interface DayQuery {
  from: string
  until: string
  cursor?: string | undefined
}

export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1_000
export const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10)

/** Everything that moved the balance in those days, payouts left out. */
export async function feeReport(shop: Shop, { from, until, cursor }: DayQuery): Promise<FeeReport> {
  const page = await readMovements(shop, {
    created: { gte: startOf(from), lt: startOf(until) },
    ...(cursor === undefined ? {} : { starting_after: cursor }),
  })
  return { fees: page.movements, ...(page.next === undefined ? {} : { cursor: page.next }) }
}

/** One page of movements, and where the next one begins. */
export async function readMovements(
  { stripe }: Shop,
  query: Stripe.BalanceTransactionListParams,
): Promise<{ movements: GatewayMovement[]; next: string | undefined }> {
  const { data, has_more: more } = await stripe.balanceTransactions.list({
    ...query,
    limit: PAGE,
    expand: ['data.source'],
  })
  const movements = data.filter(({ type }) => !type.startsWith(PAYOUT)).map(movementOf)
  return { movements, next: more ? data.at(-1)?.id : undefined }
}

function movementOf(moved: Stripe.BalanceTransaction): GatewayMovement {
  const kind = moved.reporting_category.startsWith(DISPUTE) ? DISPUTE : (KINDS[moved.type] ?? moved.type)
  const of = subjectOf(kind, moved.source)
  const charged = chargedOf(moved)
  return {
    reference: moved.id,
    kind,
    fee: fromStripe(moved.fee, moved.currency),
    on: dayOf(moved.created),
    amount: fromStripe(moved.amount, moved.currency),
    ...(of === undefined ? {} : { of }),
    ...(charged === undefined ? {} : { charged }),
    ...(moved.exchange_rate === null ? {} : { exchange_rate: String(moved.exchange_rate) }),
  }
}

/** The reference under which core knows it: a payment is known by its intent. */
function subjectOf(kind: string, source: Stripe.BalanceTransaction['source']): string | undefined {
  if (kind !== 'payment') return idOf(source)
  if (source === null || typeof source === 'string' || source.object !== 'charge') return undefined
  return idOf(source.payment_intent)
}

/** What moved in the currency in which the client paid, when Stripe changed it. */
function chargedOf({ source, currency, amount }: Stripe.BalanceTransaction) {
  if (source === null || typeof source === 'string') return undefined
  if (source.object !== 'charge' && source.object !== 'refund' && source.object !== 'dispute')
    return undefined
  if (source.currency === currency) return undefined
  const size = source.object === 'charge' ? source.amount_captured : source.amount
  return fromStripe(amount < 0 ? -size : size, source.currency)
}
