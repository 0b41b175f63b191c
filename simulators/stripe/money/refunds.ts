import { refuse } from '../refusals.ts'
import type { Charge, Metadata, Refund } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { moveBalance, unrefunded } from './balance.ts'
import { secretOf } from './payment-methods.ts'

export interface RefundOrder {
  /** Left out: everything that is left. */
  amount: number | undefined
  reason: string | undefined
  metadata: Metadata
}

export function refundCharge(world: World, charge: Charge, order: RefundOrder): Refund {
  const amount = checkedAmount(world, charge, order.amount)
  const { card } = secretOf(world, find(world, 'paymentMethods', charge.payment_method))
  const pending = card.refund === 'pending_then_succeeded'
  const refund: Refund = {
    id: world.nextId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    metadata: order.metadata,
    payment_intent: charge.payment_intent,
    ...(pending ? { pending_reason: 'processing' } : {}),
    reason: order.reason ?? null,
    receipt_number: null,
    status: pending ? 'pending' : 'succeeded',
  }
  refund.balance_transaction = book(world, refund, 'refund').id
  world.refunds.set(refund.id, refund)
  charge.amount_refunded += amount
  charge.refunded = unrefunded(charge) === 0
  world.emit('refund.created', refund)
  world.emit('charge.refunded', charge)
  if (pending) later(world, refund, 'succeeded')
  if (card.refund === 'succeeded_then_failed') later(world, refund, 'failed')
  return refund
}

/** The bank's later word. A refund that has succeeded can still fail; then the money is back in the balance. */
export function settleRefund(world: World, refund: Refund, status: 'succeeded' | 'failed'): void {
  if (refund.status === 'failed' || refund.status === status) return
  const previous = { status: refund.status }
  refund.status = status
  delete refund.pending_reason
  if (status === 'failed') takeBack(world, refund)
  world.emit('refund.updated', refund, previous)
  world.emit('charge.refund.updated', refund, previous)
  if (status === 'failed') world.emit('refund.failed', refund, previous)
}

function checkedAmount(world: World, charge: Charge, asked: number | undefined): number {
  if (!charge.captured) throw refuse('refund_uncharged')
  const left = unrefunded(charge)
  if (left === 0) throw refuse('refund_done', { charge: charge.id })
  const blocking = [...world.disputes.values()].some(
    (dispute) => dispute.charge === charge.id && !dispute.is_charge_refundable,
  )
  if (blocking) throw refuse('refund_disputed', { charge: charge.id })
  const amount = asked ?? left
  if (amount > left) throw refuse('refund_too_much', { amount, left, param: 'amount' })
  return amount
}

function later(world: World, refund: Refund, status: 'succeeded' | 'failed'): void {
  world.later.add(refund.id, `refund ${status}`, () => settleRefund(world, refund, status))
}

function takeBack(world: World, refund: Refund): void {
  const charge = find(world, 'charges', refund.charge)
  refund.failure_reason = 'expired_or_canceled_card'
  charge.amount_refunded -= refund.amount
  charge.refunded = false
  book(world, refund, 'refund_failure')
}

function book(world: World, refund: Refund, type: 'refund' | 'refund_failure') {
  const amount = type === 'refund' ? -refund.amount : refund.amount
  return moveBalance(world, type, { amount, currency: refund.currency, source: refund.id })
}
