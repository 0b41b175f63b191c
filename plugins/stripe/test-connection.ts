import Stripe from 'stripe'
import type { ConnectionReport } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'

/** Reads the balance, the cheapest call that needs a key. */
export async function testConnection({ stripe }: Shop): Promise<ConnectionReport> {
  try {
    const { livemode } = await stripe.balance.retrieve()
    const detail = livemode ? 'The key works in live mode: money is real.' : 'The key works in test mode.'
    return { ok: true, steps: [{ name: 'api_key', ok: true, detail }] }
  } catch (error) {
    return { ok: false, steps: [{ name: 'api_key', ok: false, detail: problemOf(error) }] }
  }
}

function problemOf(error: unknown): string {
  if (error instanceof Stripe.errors.StripeAuthenticationError)
    return 'Stripe refuses the key. Copy the secret key from the dashboard again.'
  if (error instanceof Stripe.errors.StripePermissionError)
    return 'The restricted key may not read the balance. Give it the right to read it.'
  if (error instanceof Stripe.errors.StripeConnectionError)
    return 'Stripe cannot be reached. Try again, then check the outgoing connections of this machine.'
  return `Stripe answered with an error: ${error instanceof Error ? error.message : String(error)}`
}
