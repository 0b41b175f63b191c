import type Stripe from 'stripe'
import type { GatewayTransaction } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { dayOf } from './movements.ts'
import { idOf } from './ids.ts'
import { readIntent } from './outcomes.ts'
import { isMissing } from './refusals.ts'

/** What Stripe knows of a payment, for staff. */
export async function fetchTransaction(
  shop: Shop,
  { reference }: { reference: string },
): Promise<GatewayTransaction> {
  try {
    const id = await intentOf(shop, reference)
    return id === undefined ? { outcome: 'absent' } : detailsOf(await readIntent(shop, id))
  } catch (error) {
    if (isMissing(error)) return { outcome: 'absent' }
    throw error
  }
}

async function intentOf({ stripe }: Shop, reference: string): Promise<string | undefined> {
  if (!reference.startsWith('cs_')) return reference
  return idOf((await stripe.checkout.sessions.retrieve(reference)).payment_intent)
}

function detailsOf(intent: Stripe.PaymentIntent): GatewayTransaction {
  const charge = typeof intent.latest_charge === 'string' ? null : intent.latest_charge
  const moved = typeof charge?.balance_transaction === 'string' ? null : charge?.balance_transaction
  return {
    outcome: 'found',
    reference: intent.id,
    kind: 'payment',
    amount: fromStripe(intent.amount, intent.currency),
    ...(moved == null ? {} : { fee: fromStripe(moved.fee, moved.currency) }),
    status: intent.status,
    at: new Date(intent.created * 1_000).toISOString(),
    url: `https://dashboard.stripe.com/${intent.livemode ? '' : 'test/'}payments/${intent.id}`,
    facts: [...chargeFacts(charge), ...movedFacts(moved)],
  }
}

interface Fact {
  label: string
  value: string
}

const facts = (of: Record<string, string | number | null | undefined>): Fact[] =>
  Object.entries(of).flatMap(([label, value]) => (value == null ? [] : [{ label, value: String(value) }]))

function chargeFacts(charge: Stripe.Charge | null): Fact[] {
  if (charge === null) return []
  const card = charge.payment_method_details?.card
  return facts({
    Charge: charge.id,
    Card: card ? `${card.brand ?? ''} ${card.last4 ?? ''}`.trim() : null,
    'Card country': card?.country,
    Risk: charge.outcome?.risk_level,
    'Answer of the network': charge.outcome?.network_status,
    'Decline code': charge.failure_code,
    Refunded: charge.amount_refunded > 0 ? shown(charge.amount_refunded, charge.currency) : null,
    Disputed: charge.disputed ? 'yes' : null,
  })
}

function movedFacts(moved: Stripe.BalanceTransaction | null | undefined): Fact[] {
  if (moved == null) return []
  return facts({
    'Movement of the balance': moved.id,
    'Left after the fee': shown(moved.net, moved.currency),
    'Rate of exchange': moved.exchange_rate,
    'Available on': dayOf(moved.available_on),
  })
}

function shown(amount: number, code: string): string {
  const { minor, currency } = fromStripe(amount, code)
  return `${minor} ${currency} (smallest unit)`
}
