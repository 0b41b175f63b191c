import Stripe from 'stripe'
import type { ChargeMethod, PaymentOutcome } from '../../sdk/index.ts'
import { toStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { INTENT_PARTS, outcomeOfIntent, readIntent } from './outcomes.ts'
import { isMissing, notCountable, refusedRequest, type Declined } from './refusals.ts'
import { takesDays } from './debits.ts'
import { idOf, METADATA_LENGTH } from './ids.ts'

const METHOD_GONE: Declined = {
  outcome: 'declined',
  code: 'method_gone',
  message: 'The saved method is no longer at Stripe. Please add it again.',
  retry: 'new_method',
}

const NOT_RESERVED: Declined = {
  outcome: 'declined',
  code: 'debit_not_reserved',
  message: 'Money cannot be reserved by a debit. Please use a card.',
  retry: 'never',
}

/** Charges a saved method while the client is away. */
export const chargeMethod = (shop: Shop, input: ChargeMethod): Promise<PaymentOutcome> =>
  pay(shop, input, 'automatic_async')

/** The same, but the money is only reserved. */
export async function authorise(shop: Shop, input: ChargeMethod): Promise<PaymentOutcome> {
  const method = await methodAt(shop, input.method)
  return method && takesDays(method) ? NOT_RESERVED : pay(shop, input, 'manual')
}

type Capture = 'automatic_async' | 'manual'

async function pay(shop: Shop, input: ChargeMethod, capture: Capture): Promise<PaymentOutcome> {
  const amount = toStripe(input.amount)
  if (amount === undefined) return notCountable(input.amount.currency)
  const customer = input.customer ?? (await ownerOf(shop, input.method))
  if (customer === undefined) return METHOD_GONE
  try {
    const intent = await shop.stripe.paymentIntents.create(
      intentOf(shop, input, { amount, customer, capture }),
      {
        idempotencyKey: input.idempotency_key,
      },
    )
    return await outcomeOfIntent(shop, intent)
  } catch (error) {
    return afterError(shop, error)
  }
}

const ownerOf = async (shop: Shop, method: string): Promise<string | undefined> =>
  idOf((await methodAt(shop, method))?.customer)

async function methodAt({ stripe }: Shop, id: string): Promise<Stripe.PaymentMethod | undefined> {
  try {
    return await stripe.paymentMethods.retrieve(id)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function intentOf(
  shop: Shop,
  input: ChargeMethod,
  given: { amount: number; customer: string; capture: Capture },
) {
  const returnable = input.return_url.length <= METADATA_LENGTH
  return {
    amount: given.amount,
    currency: input.amount.currency.toLowerCase(),
    customer: given.customer,
    payment_method: input.method,
    ...(given.capture === 'manual' ? { capture_method: given.capture } : {}),
    off_session: true,
    confirm: true,
    description: input.description,
    metadata: {
      payment_id: input.payment_id,
      client_id: input.client.id,
      document: input.document,
      ...(returnable ? { return_url: input.return_url } : {}),
    },
    ...(shop.statementSuffix === undefined ? {} : { statement_descriptor_suffix: shop.statementSuffix }),
    expand: INTENT_PARTS,
  }
}

/** A decline leaves an intent behind. It is read anew, because an answer replayed for its key may be an old one. */
async function afterError(shop: Shop, error: unknown): Promise<PaymentOutcome> {
  if (error instanceof Stripe.errors.StripeCardError && error.payment_intent)
    return outcomeOfIntent(shop, await readIntent(shop, error.payment_intent.id))
  const refused = refusedRequest(error)
  if (refused === undefined) throw error
  return refused
}
