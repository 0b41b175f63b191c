import Stripe from 'stripe'
import type { CapturePayment, PaymentOutcome, VoidPayment } from '../../sdk/index.ts'
import { toStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { INTENT_PARTS, outcomeOfIntent, readIntent } from './outcomes.ts'
import { notCountable, refusedRequest } from './refusals.ts'

/** Takes what was reserved, or a part of it; Stripe lets go of the rest. */
export async function capture(shop: Shop, input: CapturePayment): Promise<PaymentOutcome> {
  const amount = toStripe(input.amount)
  if (amount === undefined) return notCountable(input.amount.currency)
  try {
    const intent = await shop.stripe.paymentIntents.capture(
      input.reference,
      { amount_to_capture: amount, expand: INTENT_PARTS },
      { idempotencyKey: input.idempotency_key },
    )
    return await outcomeOfIntent(shop, intent)
  } catch (error) {
    return afterRefusal(shop, input.reference, error)
  }
}

/** Lets go of what was reserved. */
export async function letGo(shop: Shop, input: VoidPayment): Promise<PaymentOutcome> {
  try {
    const intent = await shop.stripe.paymentIntents.cancel(
      input.reference,
      { cancellation_reason: 'requested_by_customer', expand: INTENT_PARTS },
      { idempotencyKey: input.idempotency_key },
    )
    return await outcomeOfIntent(shop, intent)
  } catch (error) {
    return afterRefusal(shop, input.reference, error)
  }
}

/** What was taken or let go before is refused: the payment itself says what became of it. */
async function afterRefusal(shop: Shop, reference: string, error: unknown): Promise<PaymentOutcome> {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
  const intent = await readIntent(shop, reference)
  const refused = refusedRequest(error)
  if (intent.status === 'requires_capture' && refused !== undefined) return refused
  return outcomeOfIntent(shop, intent)
}
