import type Stripe from 'stripe'
import type { SavedMethod } from '../../sdk/index.ts'

/** A method as its holder may see it, or undefined while it belongs to no customer. */
export function savedMethod(method: Stripe.PaymentMethod): SavedMethod | undefined {
  const customer = idOf(method.customer)
  if (customer === undefined) return undefined
  const { card } = method
  if (!card) return { reference: method.id, customer, kind: method.type, label: named(method.type) }
  return {
    reference: method.id,
    customer,
    kind: 'card',
    label: `${named(card.brand)} ${card.last4}`,
    brand: card.brand,
    last4: card.last4,
    expires: `${card.exp_year}-${String(card.exp_month).padStart(2, '0')}`,
  }
}

/** The id of something that Stripe sends as an id or as the whole object. */
export function idOf(field: string | { id: string } | null | undefined): string | undefined {
  return typeof field === 'string' ? field : field?.id
}

/** "sepa_debit" → "Sepa debit". */
function named(word: string): string {
  const text = word.replaceAll('_', ' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
