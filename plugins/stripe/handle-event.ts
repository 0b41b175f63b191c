import type Stripe from 'stripe'
import type { GatewayFact, GatewayFacts, StoredEvent } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { agreementFacts, agreementPayments } from './agreements.ts'
import { disputeFact } from './dispute-fact.ts'
import { methodSaved, setupFact } from './method-facts.ts'
import { outcomeOfIntent, outcomeOfPage, readIntent, readSetup } from './outcomes.ts'
import { fromStripe } from './amounts.ts'
import { outcomeOfRefund } from './refund.ts'
import { isMissing, mandateRevoked } from './refusals.ts'
import { idOf, PAYMENT_PART } from './ids.ts'
import { paymentOf } from './payment-of.ts'

/**
 * Says what an event means. Events come late, twice and in any order, and in the shapes of another version: only the
 * id inside is believed, and the object is read again.
 */
export async function handleEvent(shop: Shop, stored: StoredEvent): Promise<GatewayFacts> {
  const event = await eventOf(shop, stored)
  try {
    return { facts: await factsOf(shop, event), ...event.happened }
  } catch (error) {
    if (!isMissing(error)) throw error
    return { facts: [ignored(`The object of ${event.type} is not in this account any more.`)] }
  }
}

/** The part of an event that does not change from version to version. */
interface Notice {
  type: string
  data: { object: { id: string } }
  happened: Pick<GatewayFacts, 'occurred_at'>
}

async function eventOf(shop: Shop, { body, headers, verified }: StoredEvent): Promise<Notice> {
  const event = verified
    ? (JSON.parse(body) as Stripe.Event)
    : await shop.readEvent(body, headers['stripe-signature'] ?? '')
  const { object } = event.data
  if (!('id' in object) || typeof object.id !== 'string')
    throw new Error(`The event ${event.id} of type ${event.type} carries no object with an id.`)
  // Not of every version that is stored: an event without it happened when it came.
  const happened = Number.isFinite(event.created)
    ? { occurred_at: new Date(event.created * 1_000).toISOString() }
    : {}
  return { type: event.type, data: { object: { id: object.id } }, happened }
}

type Reader = (shop: Shop, id: string) => Promise<GatewayFact[]>

/** Readers by the start of the event's type; the longest start that fits is taken. */
const READERS: Record<string, Reader> = {
  'payment_intent.': async (shop, id) => paymentFacts(shop, await readIntent(shop, id)),
  'checkout.session.': pageFacts,
  'refund.': refundFacts,
  'charge.refund.updated': refundFacts,
  'charge.refunded': async (shop, id) => {
    const { data } = await shop.stripe.refunds.list({ charge: id, limit: 100, expand: PAYMENTS })
    return Promise.all(data.map((refund) => refundFact(shop, refund)))
  },
  'charge.dispute.': async (shop, id) => [
    await disputeFact(shop, await shop.stripe.disputes.retrieve(id, { expand: PAYMENT_PART })),
  ],
  'customer.subscription.': agreementFacts,
  'invoice.paid': agreementPayments,
  'setup_intent.': async (shop, id) => [setupFact(await readSetup(shop, id))],
  'payment_method.': async (shop, id) => [await methodSaved(shop, id)],
  'payment_method.detached': (_shop, id) => Promise.resolve([{ fact: 'method_removed', method: id }]),
  'mandate.updated': mandateFacts,
  'radar.early_fraud_warning.created': (shop, id) => {
    shop.log.warn(`Stripe warns of fraud early: ${id}. Nothing is booked; look at the payment at Stripe.`)
    return Promise.resolve([ignored('A warning moves no money.')])
  },
}

const PAYMENTS = PAYMENT_PART.map((part) => `data.${part}`)

const STARTS = Object.keys(READERS).sort((a, b) => b.length - a.length)

async function factsOf(shop: Shop, { type, data }: Notice): Promise<GatewayFact[]> {
  const start = STARTS.find((one) => type.startsWith(one))
  const read = start === undefined ? undefined : READERS[start]
  return read === undefined ? [ignored(`The type ${type} is of no consequence.`)] : read(shop, data.object.id)
}

const ignored = (reason: string): GatewayFact => ({ fact: 'ignored', reason })

async function paymentFacts(shop: Shop, intent: Stripe.PaymentIntent): Promise<GatewayFact[]> {
  const paymentId = intent.metadata['payment_id']
  if (paymentId === undefined) return [ignored('The payment was not made by us.')]
  return [{ fact: 'payment', payment_id: paymentId, result: await outcomeOfIntent(shop, intent) }]
}

async function pageFacts(shop: Shop, id: string): Promise<GatewayFact[]> {
  const page = await shop.stripe.checkout.sessions.retrieve(id)
  if (page.mode === 'setup') {
    const setup = idOf(page.setup_intent)
    return [setup === undefined ? ignored('Nothing was saved.') : setupFact(await readSetup(shop, setup))]
  }
  if (page.client_reference_id === null) return [ignored('The payment page was not made by us.')]
  return [{ fact: 'payment', payment_id: page.client_reference_id, result: await outcomeOfPage(shop, page) }]
}

async function refundFacts(shop: Shop, id: string): Promise<GatewayFact[]> {
  return [await refundFact(shop, await shop.stripe.refunds.retrieve(id, { expand: PAYMENT_PART }))]
}

async function refundFact(shop: Shop, refund: Stripe.Refund): Promise<GatewayFact> {
  const payment = await paymentOf(shop, refund.payment_intent)
  if (payment === undefined) return ignored('The refund belongs to no payment of ours.')
  const refundId = refund.metadata?.['refund_id']
  return {
    fact: 'refund',
    ...(refundId === undefined ? {} : { refund_id: refundId }),
    ...payment,
    amount: fromStripe(refund.amount, refund.currency),
    result: outcomeOfRefund(shop, refund),
  }
}

async function mandateFacts(shop: Shop, id: string): Promise<GatewayFact[]> {
  const mandate = await shop.stripe.mandates.retrieve(id)
  const method = idOf(mandate.payment_method)
  if (mandate.status !== 'inactive' || method === undefined) return [ignored('The mandate still holds.')]
  return [mandateRevoked(method)]
}
