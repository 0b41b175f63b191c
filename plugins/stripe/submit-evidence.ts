import Stripe from 'stripe'
import type { DoneOrFailed } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'

/** Our words by Stripe's fields; what has no field of its own goes into the free text. */
const FIELDS = ['customer_communication', 'customer_name', 'product_description', 'service_date'] as const
const TEXT_MAX = 20_000

export interface Evidence {
  idempotency_key: string
  dispute: string
  fields: Record<string, string>
}

/** Sends our side of a dispute to the bank. Stripe takes it once: what is sent stands. */
export async function submitEvidence(shop: Shop, input: Evidence): Promise<DoneOrFailed> {
  const known = FIELDS.flatMap((name) => {
    const value = input.fields[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const others = Object.entries(input.fields).filter(
    ([name]) => !(FIELDS as readonly string[]).includes(name),
  )
  const text = others.map(([name, value]) => (name === 'text' ? value : `${name}: ${value}`)).join('\n')
  try {
    await shop.stripe.disputes.update(
      input.dispute,
      {
        evidence: {
          ...Object.fromEntries(known),
          ...(text === '' ? {} : { uncategorized_text: text.slice(0, TEXT_MAX) }),
        },
        submit: true,
      },
      { idempotencyKey: input.idempotency_key },
    )
    return { outcome: 'done' }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
    return { outcome: 'failed', kind: 'permanent', code: error.code ?? 'refused', message: error.message }
  }
}
