import Stripe from 'stripe'
import type { RefundOutcome, RefundPayment } from '../../sdk/index.ts'
import { toStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { idOf, METADATA_LENGTH } from './ids.ts'

/** Sends money back, all or a part. */
export async function refund(shop: Shop, input: RefundPayment): Promise<RefundOutcome> {
  const amount = toStripe(input.amount)
  if (amount === undefined)
    return failed(
      'amount_not_countable',
      `Stripe cannot count this exact amount of ${input.amount.currency}.`,
    )
  const intent = await intentOf(shop, input.reference)
  if (intent === undefined) return failed('not_paid', 'The payment page has taken no money.')
  try {
    const made = await shop.stripe.refunds.create(
      {
        payment_intent: intent,
        amount,
        metadata: { refund_id: input.refund_id, reason: input.reason.slice(0, METADATA_LENGTH) },
      },
      { idempotencyKey: input.idempotency_key },
    )
    return outcomeOfRefund(shop, made)
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
    return failed(error.code ?? 'refused', error.message)
  }
}

/** What a refund means for us. A refund that succeeded can still fail days later. */
export function outcomeOfRefund(shop: Shop, made: Stripe.Refund): RefundOutcome {
  switch (made.status) {
    case 'succeeded':
      return { outcome: 'succeeded', reference: made.id }
    case 'failed':
    case 'canceled':
      return failed(
        made.failure_reason ?? made.status,
        `Stripe could not send the money back: ${(made.failure_reason ?? made.status).replaceAll('_', ' ')}.`,
      )
    case 'pending':
    case 'requires_action':
      return { outcome: 'pending', reference: made.id }
    default:
      shop.log.warn(`The refund ${made.id} has the status "${made.status}", which this plugin does not know.`)
      return { outcome: 'pending', reference: made.id }
  }
}

const failed = (code: string, message: string): RefundOutcome => ({ outcome: 'failed', code, message })

async function intentOf({ stripe }: Shop, reference: string): Promise<string | undefined> {
  if (!reference.startsWith('cs_')) return reference
  return idOf((await stripe.checkout.sessions.retrieve(reference)).payment_intent)
}
