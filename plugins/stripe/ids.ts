/** The id of something that Stripe sends as an id or as the whole object. */
export function idOf(field: string | { id: string } | null | undefined): string | undefined {
  return typeof field === 'string' ? field : field?.id
}

/** Longest value that metadata takes. */
export const METADATA_LENGTH = 500

/** What a refund or dispute must bring along, so that its payment can be told. */
export const PAYMENT_PART = ['payment_intent']
