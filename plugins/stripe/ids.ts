import type Stripe from 'stripe'

/** The id of something that Stripe sends as an id or as the whole object. */
export function idOf(field: string | { id: string } | null | undefined): string | undefined {
  return typeof field === 'string' ? field : field?.id
}

/** Longest value that metadata takes. */
export const METADATA_LENGTH = 500

/** What a refund or dispute must bring along, so that its payment can be told. */
export const PAYMENT_PART = ['payment_intent']

/**
 * The payment of a refund or a dispute; undefined when it is none of ours, which is seen once the intent came along.
 */
export function paymentOf(intent: string | Stripe.PaymentIntent | null) {
  if (intent === null) return undefined
  if (typeof intent === 'string') return { payment_reference: intent }
  const paymentId = intent.metadata['payment_id']
  return paymentId === undefined ? undefined : { payment_id: paymentId, payment_reference: intent.id }
}
