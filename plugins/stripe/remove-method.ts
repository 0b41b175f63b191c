import Stripe from 'stripe'
import type { RemoveMethod } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { isMissing } from './refusals.ts'

/** Takes a saved method off its customer, after which nobody can charge it. Removing it twice is one removal. */
export async function removeMethod(
  shop: Shop,
  { idempotency_key: idempotencyKey, method }: RemoveMethod,
): Promise<{ outcome: 'removed' }> {
  try {
    await shop.stripe.paymentMethods.detach(method, {}, { idempotencyKey })
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
    if (!(await isRemoved(shop, method))) throw error
  }
  return { outcome: 'removed' }
}

async function isRemoved({ stripe }: Shop, method: string): Promise<boolean> {
  try {
    return (await stripe.paymentMethods.retrieve(method)).customer === null
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}
