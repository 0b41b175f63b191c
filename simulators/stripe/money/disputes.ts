import { isDebit } from '../debits.ts'
import type { Charge, Dispute, DisputeStatus } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { moveBalance, unrefunded } from './balance.ts'
import { revokeMandate } from './mandates.ts'

const SEVEN_DAYS = 7 * 24 * 3600

/** The customer's bank takes the money back, or (an inquiry) only asks. */
export function disputeCharge(
  world: World,
  charge: Charge,
  { reason, inquiry }: { reason: string; inquiry: boolean },
): Dispute {
  // The holder of a bank account is given the money back without being asked why.
  const isFinal = isDebit(charge.payment_method_details.type)
  const dispute: Dispute = {
    id: world.nextId('du'),
    object: 'dispute',
    amount: unrefunded(charge),
    balance_transactions: [],
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    evidence: { uncategorized_text: null },
    evidence_details: {
      due_by: isFinal ? null : world.now() + SEVEN_DAYS,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: isFinal ? 'lost' : inquiry ? 'warning_needs_response' : 'needs_response',
  }
  world.disputes.set(dispute.id, dispute)
  charge.disputed = true
  world.emit('charge.dispute.created', dispute)
  if (isFinal || !inquiry) withdraw(world, dispute)
  if (isFinal) world.emit('charge.dispute.closed', dispute)
  if (isFinal && reason === 'debit_not_authorized')
    revokeMandate(world, find(world, 'paymentMethods', charge.payment_method))
  return dispute
}

export const isClosed = (dispute: Dispute): boolean =>
  dispute.status === 'won' || dispute.status === 'lost' || dispute.status === 'warning_closed'

/** The bank has decided. An inquiry that ends without a dispute is `warning_closed`. */
export function closeDispute(
  world: World,
  dispute: Dispute,
  status: Extract<DisputeStatus, 'won' | 'lost' | 'warning_closed'>,
): void {
  const previous = { status: dispute.status }
  dispute.status = status
  dispute.is_charge_refundable = status !== 'lost'
  world.emit('charge.dispute.closed', dispute, previous)
  if (status === 'won') {
    book(world, dispute, dispute.amount)
    world.emit('charge.dispute.funds_reinstated', dispute)
  }
}

/** What the test texts make of evidence: the bank decides later. */
export function reviewEvidence(world: World, dispute: Dispute): void {
  const inquiry = dispute.status.startsWith('warning')
  dispute.status = inquiry ? 'warning_under_review' : 'under_review'
  const verdict = dispute.evidence['uncategorized_text']
  world.later.add(dispute.id, 'evidence', () => {
    if (isClosed(dispute)) return
    if (verdict === 'winning_evidence') closeDispute(world, dispute, inquiry ? 'warning_closed' : 'won')
    if (verdict === 'losing_evidence') closeDispute(world, dispute, inquiry ? 'warning_closed' : 'lost')
    if (verdict === 'escalate_inquiry_evidence' && inquiry) escalate(world, dispute)
  })
}

function escalate(world: World, dispute: Dispute): void {
  const previous = { status: dispute.status }
  dispute.status = 'needs_response'
  dispute.is_charge_refundable = false
  world.emit('charge.dispute.updated', dispute, previous)
  withdraw(world, dispute)
}

function withdraw(world: World, dispute: Dispute): void {
  book(world, dispute, -dispute.amount)
  world.emit('charge.dispute.funds_withdrawn', dispute)
}

function book(world: World, dispute: Dispute, amount: number): void {
  const { currency } = find(world, 'charges', dispute.charge)
  dispute.balance_transactions.push(
    moveBalance(world, 'adjustment', { amount, currency, source: dispute.id }),
  )
}
