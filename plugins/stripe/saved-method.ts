import type Stripe from 'stripe'
import type { SavedMethod } from '../../sdk/index.ts'
import { debitMethod } from './debits.ts'
import { idOf } from './ids.ts'

/** A method as its holder may see it, or undefined while it belongs to no customer. */
export function savedMethod(method: Stripe.PaymentMethod, mandate?: Stripe.Mandate): SavedMethod | undefined {
  const customer = idOf(method.customer)
  if (customer === undefined) return undefined
  const { card } = method
  const debit = debitMethod(method, customer, mandate)
  if (debit) return debit
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

/** "sepa_debit" → "Sepa debit". */
function named(word: string): string {
  const text = word.replaceAll('_', ' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
