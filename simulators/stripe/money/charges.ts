import type { Decline } from '../cards.ts'
import type { Charge, PaymentIntent, PaymentMethod } from '../shapes.ts'
import type { World } from '../world.ts'

/** Records one attempt at the card: declined, or authorised and not yet captured. */
export function recordCharge(
  world: World,
  intent: PaymentIntent,
  { method, decline, mandate }: { method: PaymentMethod; decline?: Decline; mandate?: string },
): Charge {
  const id = world.nextId('ch')
  const charge: Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: { ...method.billing_details },
    captured: false,
    created: world.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    livemode: false,
    metadata: { ...intent.metadata },
    outcome: outcomeOf(decline),
    paid: decline === undefined && mandate === undefined,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: method.type,
      [method.type]: { ...method[method.type], ...(mandate === undefined ? {} : { mandate }) },
    },
    receipt_email: intent.receipt_email,
    receipt_url: decline ? null : `${world.url}/receipts/${id}`,
    refunded: false,
    statement_descriptor: intent.statement_descriptor,
    status: decline ? 'failed' : mandate === undefined ? 'succeeded' : 'pending',
  }
  world.charges.set(id, charge)
  return charge
}

function outcomeOf(decline: Decline | undefined): Charge['outcome'] {
  return {
    advice_code: decline?.advice_code ?? null,
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline?.decline_code ?? decline?.code ?? null,
    risk_level: 'normal',
    seller_message: decline ? 'The bank declined the payment.' : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  }
}
