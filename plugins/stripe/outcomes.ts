import Stripe from 'stripe'
import type { PaymentOutcome } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { mandateOfCharge } from './debits.ts'
import { declined, declinedDebit } from './refusals.ts'
import { idOf } from './ids.ts'
import { savedMethod } from './saved-method.ts'

/** What every read of an intent must bring along. */
export const INTENT_PARTS = ['latest_charge.balance_transaction', 'payment_method']
/** Metadata of an intent that was made by a hosted page, so that its client is led back there. */
export const ON_PAGE = { page: 'checkout' }

export async function readIntent(shop: Shop, id: string): Promise<Stripe.PaymentIntent> {
  return shop.stripe.paymentIntents.retrieve(id, { expand: INTENT_PARTS })
}

/** What an intent means for us. A status that we do not know is pending, never paid. */
export async function outcomeOfIntent(shop: Shop, intent: Stripe.PaymentIntent): Promise<PaymentOutcome> {
  const reference = intent.id
  switch (intent.status) {
    case 'succeeded':
      return succeeded(shop, intent)
    case 'requires_capture':
      return reserved(shop, intent)
    case 'canceled':
      return { outcome: 'cancelled', reference, reason: intent.cancellation_reason ?? 'cancelled at Stripe' }
    case 'requires_action':
      return (await onPage(shop, intent)) ?? atBank(intent)
    case 'requires_payment_method':
      return (await onPage(shop, intent)) ?? afterRefusal(shop, intent)
    case 'processing':
    case 'requires_confirmation':
      return { outcome: 'pending', reference }
    default:
      shop.log.warn(
        `The payment ${reference} has the status "${intent.status}", which this plugin does not know.`,
      )
      return { outcome: 'pending', reference }
  }
}

/** What a hosted page means for us. Its reference gives way to the intent's once the client has paid. */
export async function outcomeOfPage(shop: Shop, page: Stripe.Checkout.Session): Promise<PaymentOutcome> {
  if (page.status === 'expired')
    return { outcome: 'cancelled', reference: page.id, reason: 'The payment page has expired.' }
  if (page.status === 'open') return openPage(page)
  const intent = idOf(page.payment_intent)
  if (page.status === 'complete' && intent !== undefined)
    return outcomeOfIntent(shop, await readIntent(shop, intent))
  if (page.status === 'complete' && page.mode === 'setup') return outcomeOfSetup(shop, page)
  return { outcome: 'pending', reference: page.id }
}

export function openPage(page: Stripe.Checkout.Session): PaymentOutcome {
  if (page.url === null) return { outcome: 'pending', reference: page.id }
  const customer = idOf(page.customer)
  return {
    outcome: 'needs_client',
    reference: page.id,
    url: page.url,
    expires_at: new Date(page.expires_at * 1_000).toISOString(),
    ...(customer === undefined ? {} : { customer }),
  }
}

/** Nothing is charged when a method is saved: it succeeds with an amount of zero. */
async function outcomeOfSetup(shop: Shop, page: Stripe.Checkout.Session): Promise<PaymentOutcome> {
  const setup = idOf(page.setup_intent)
  const intent = setup === undefined ? undefined : await readSetup(shop, setup)
  const method = intent?.status === 'succeeded' ? methodOf(intent) : undefined
  if (method === undefined || page.currency === null) return { outcome: 'pending', reference: page.id }
  return {
    outcome: 'succeeded',
    reference: page.id,
    amount: fromStripe(0, page.currency),
    saved_method: method,
  }
}

export async function readSetup(shop: Shop, id: string): Promise<Stripe.SetupIntent> {
  return shop.stripe.setupIntents.retrieve(id, { expand: ['payment_method', 'mandate'] })
}

/** The method that a setup has saved. */
export function methodOf({ payment_method: method, mandate }: Stripe.SetupIntent) {
  if (method === null || typeof method === 'string') return undefined
  return savedMethod(method, mandate === null || typeof mandate === 'string' ? undefined : mandate)
}

const reserved = async (shop: Shop, intent: Stripe.PaymentIntent): Promise<PaymentOutcome> => ({
  outcome: 'authorised',
  reference: intent.id,
  amount: fromStripe(intent.amount_capturable, intent.currency),
  ...(await keptOf(shop, intent)),
})

/** The method that was saved on the way, and whose it is. */
async function keptOf(shop: Shop, intent: Stripe.PaymentIntent) {
  const saved = intent.setup_future_usage == null ? undefined : await savedBy(shop, intent)
  const customer = idOf(intent.customer)
  return {
    ...(saved === undefined ? {} : { saved_method: saved }),
    ...(customer === undefined ? {} : { customer }),
  }
}

async function savedBy({ stripe }: Shop, intent: Stripe.PaymentIntent) {
  const { payment_method: method } = intent
  if (method === null || typeof method === 'string') return undefined
  const mandate = mandateOfCharge(chargeOf(intent))
  return savedMethod(method, mandate === undefined ? undefined : await stripe.mandates.retrieve(mandate))
}

const chargeOf = ({ latest_charge: charge }: Stripe.PaymentIntent) =>
  typeof charge === 'string' ? null : charge

async function succeeded(shop: Shop, intent: Stripe.PaymentIntent): Promise<PaymentOutcome> {
  const amount = fromStripe(intent.amount_received, intent.currency)
  const moved = chargeOf(intent)?.balance_transaction
  const fee =
    moved == null || typeof moved === 'string' || moved.currency !== intent.currency
      ? undefined
      : fromStripe(moved.fee, moved.currency)
  return {
    outcome: 'succeeded',
    reference: intent.id,
    amount,
    ...(fee === undefined ? {} : { fee }),
    ...(await keptOf(shop, intent)),
  }
}

/** While the page is open the client may try again there, whatever became of the first card. */
async function onPage(shop: Shop, intent: Stripe.PaymentIntent): Promise<PaymentOutcome | undefined> {
  if (intent.metadata['page'] !== ON_PAGE.page) return undefined
  const { data } = await shop.stripe.checkout.sessions.list({ payment_intent: intent.id, limit: 1 })
  return data[0]?.status === 'open' ? openPage(data[0]) : undefined
}

function atBank(intent: Stripe.PaymentIntent): PaymentOutcome {
  const url = intent.next_action?.redirect_to_url?.url
  if (url == null) return { outcome: 'pending', reference: intent.id }
  return { outcome: 'needs_client', reference: intent.id, url }
}

async function afterRefusal(shop: Shop, intent: Stripe.PaymentIntent): Promise<PaymentOutcome> {
  const error = intent.last_payment_error
  if (error === null) return { outcome: 'pending', reference: intent.id }
  const debit = declinedDebit(error, chargeOf(intent)?.failure_code)
  if (debit) return { ...debit, reference: intent.id }
  if (error.code !== 'authentication_required') return declined(error, intent.id)
  const asked = await askClient(shop, intent, error.payment_method?.id)
  if (asked === undefined || asked.status === 'requires_payment_method')
    return declined(asked?.last_payment_error ?? error, intent.id)
  return outcomeOfIntent(shop, asked)
}

/**
 * Confirms the same intent once more as if the client were there, which makes the bank's page. The key keeps two calls
 * that run at once, a charge and its event, from asking twice.
 */
async function askClient(
  shop: Shop,
  intent: Stripe.PaymentIntent,
  method: string | undefined,
): Promise<Stripe.PaymentIntent | undefined> {
  const returnUrl = intent.metadata['return_url']
  if (method === undefined || returnUrl === undefined) return undefined
  try {
    return await shop.stripe.paymentIntents.confirm(
      intent.id,
      { payment_method: method, return_url: returnUrl, expand: INTENT_PARTS },
      { idempotencyKey: `${intent.id}:ask-client` },
    )
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeCardError)) throw error
    return readIntent(shop, intent.id)
  }
}
