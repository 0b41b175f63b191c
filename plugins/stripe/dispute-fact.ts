import type Stripe from 'stripe'
import type { GatewayFact } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { paymentOf } from './payment-of.ts'

type Status = Extract<GatewayFact, { fact: 'dispute' }>['status']

const STATUSES: Record<string, Status> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'closed',
  prevented: 'closed',
  needs_response: 'open',
  under_review: 'open',
  appeal_needs_response: 'open',
  appeal_under_review: 'open',
  won: 'won',
  lost: 'lost',
}

export async function disputeFact(shop: Shop, dispute: Stripe.Dispute): Promise<GatewayFact> {
  const status = STATUSES[dispute.status]
  const payment = await paymentOf(shop, dispute.payment_intent)
  if (payment === undefined) return { fact: 'ignored', reason: 'The dispute belongs to no payment of ours.' }
  if (status === undefined) {
    shop.log.warn(
      `The dispute ${dispute.id} has the status "${dispute.status}", which this plugin does not know.`,
    )
    return { fact: 'ignored', reason: `The status "${dispute.status}" is not known.` }
  }
  const due = dispute.evidence_details.due_by
  return {
    fact: 'dispute',
    reference: dispute.id,
    ...payment,
    amount: fromStripe(dispute.amount, dispute.currency),
    status,
    reason: dispute.reason,
    ...(due === null ? {} : { evidence_due_at: new Date(due * 1_000).toISOString() }),
  }
}
