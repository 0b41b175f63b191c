import type { PaymentOutcome, StartSetup } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { customerOf } from './customers.ts'
import { pageLocale } from './locales.ts'
import { leftOut } from './start-payment.ts'
import { openPage, outcomeOfPage } from './outcomes.ts'

/** Opens a hosted page on which the client saves a method without paying. */
export async function startSetup(shop: Shop, input: StartSetup): Promise<PaymentOutcome> {
  const customer = await customerOf(shop, input)
  const marks = { client_id: input.client.id }
  const page = await shop.stripe.checkout.sessions.create(
    {
      mode: 'setup',
      customer,
      currency: input.currency.toLowerCase(),
      ...leftOut(shop),
      setup_intent_data: { metadata: marks },
      metadata: marks,
      success_url: input.return_url,
      cancel_url: input.cancel_url,
      locale: pageLocale(input.locale),
    },
    { idempotencyKey: input.idempotency_key },
  )
  return page.status === 'open' ? openPage(page) : outcomeOfPage(shop, page)
}
