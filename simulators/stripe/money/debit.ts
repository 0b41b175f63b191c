import type { Decline } from '../cards.ts'
import { DEBITS, isDebit } from '../debits.ts'
import { refuse } from '../refusals.ts'
import type { PaymentIntent, PaymentMethod } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { capture } from './capture.ts'
import { recordCharge } from './charges.ts'
import { intentError } from './decline.ts'
import { heldBy, mandateOf, revokeMandate } from './mandates.ts'
import { secretOf } from './payment-methods.ts'

/** What no bank account can do: pay in another currency, have money reserved, or be debited once its leave is gone. */
export function checkDebit(
  world: World,
  method: PaymentMethod,
  order: { currency: string; capture_method?: string | undefined },
): void {
  if (!isDebit(method.type)) return
  if (DEBITS[method.type] !== order.currency)
    throw refuse('debit_currency', { type: method.type, currency: order.currency, param: 'currency' })
  if (order.capture_method === 'manual')
    throw refuse('debit_manual', { type: method.type, param: 'capture_method' })
  if (heldBy(world, method)?.status === 'inactive') throw refuse('mandate_inactive', { method: method.id })
}

/** Sends the debit: the bank answers days later. */
export function beginDebit(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  const mandate = mandateOf(world, method)
  const charge = recordCharge(world, intent, { method, mandate: mandate.id })
  intent.latest_charge = charge.id
  intent.status = 'processing'
  world.emit('payment_intent.processing', intent)
  const { failure } = secretOf(world, method).account ?? {}
  world.later.add(charge.id, 'debit', () => settleDebit(world, intent, failure))
}

/** The bank's word on a debit, once. */
export function settleDebit(world: World, intent: PaymentIntent, failure: Decline | undefined): void {
  if (intent.status !== 'processing') return
  const charge = find(world, 'charges', intent.latest_charge ?? '')
  const method = find(world, 'paymentMethods', charge.payment_method)
  if (failure) {
    charge.status = 'failed'
    charge.failure_code = failure.code
    charge.failure_message = failure.message
    charge.outcome = { ...charge.outcome, network_status: 'declined_by_network', reason: failure.code }
    intent.status = 'requires_payment_method'
    intent.payment_method = null
    intent.last_payment_error = {
      ...intentError(failure, method, charge.id),
      type: 'invalid_request_error',
    }
    world.emit('payment_intent.payment_failed', intent)
    if (failure.code === 'debit_not_authorized') revokeMandate(world, method)
  } else {
    charge.status = 'succeeded'
    charge.paid = true
    capture(world, intent, intent.amount)
  }
  tellPage(world, intent)
}

/** A page on which somebody paid by debit is told of when the bank has answered. */
function tellPage(world: World, intent: PaymentIntent): void {
  const session = [...world.sessions.values()].find(({ payment_intent: id }) => id === intent.id)
  if (session?.status !== 'complete') return
  const isPaid = intent.status === 'succeeded'
  if (isPaid) session.payment_status = 'paid'
  world.emit(`checkout.session.async_payment_${isPaid ? 'succeeded' : 'failed'}`, session)
}
