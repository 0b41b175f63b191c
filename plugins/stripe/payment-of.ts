import type Stripe from 'stripe'
import { isOfAgreement } from './agreements.ts'
import type { Shop } from './connect.ts'

/**
 * The payment of a refund or a dispute; undefined when it is none of ours, which is seen once the intent came along. What
 * a subscription took bears no mark of ours and is ours all the same.
 */
export async function paymentOf(shop: Shop, intent: string | Stripe.PaymentIntent | null) {
  if (intent === null) return undefined
  if (typeof intent === 'string') return { payment_reference: intent }
  const paymentId = intent.metadata['payment_id']
  if (paymentId !== undefined) return { payment_id: paymentId, payment_reference: intent.id }
  return (await isOfAgreement(shop, intent.id)) ? { payment_reference: intent.id } : undefined
}
