import type { Charge, PaymentIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { moveBalance } from './balance.ts'
import { disputeCharge } from './disputes.ts'
import { secretOf } from './payment-methods.ts'

/** Takes the money of an authorised charge; what is not taken is released. */
export function capture(world: World, intent: PaymentIntent, amount: number): void {
  const charge = find(world, 'charges', intent.latest_charge ?? '')
  charge.captured = true
  charge.amount_captured = amount
  charge.balance_transaction = moveBalance(world, 'charge', {
    amount,
    currency: charge.currency,
    source: charge.id,
  }).id
  intent.status = 'succeeded'
  intent.amount_capturable = 0
  intent.amount_received = amount
  world.emit('payment_intent.succeeded', intent)
  planTrouble(world, charge)
}

/** Some test cards make trouble after the payment. */
function planTrouble(world: World, charge: Charge): void {
  const { card } = secretOf(world, find(world, 'paymentMethods', charge.payment_method))
  const { dispute } = card
  if (dispute) {
    world.later.add(charge.id, 'dispute', () => {
      if (!charge.disputed) disputeCharge(world, charge, dispute)
    })
  }
  if (card.earlyFraudWarning) world.later.add(charge.id, 'early fraud warning', () => warn(world, charge))
}

function warn(world: World, charge: Charge): void {
  world.emit('radar.early_fraud_warning.created', {
    id: world.nextId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: charge.id,
    created: world.now(),
    fraud_type: 'misc',
    livemode: false,
    payment_intent: charge.payment_intent,
  })
}
