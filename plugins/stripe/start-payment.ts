import type { PaymentOutcome, StartPayment } from '../../sdk/index.ts'
import { toStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { customerOf } from './customers.ts'
import { pageLocale } from './locales.ts'
import { ON_PAGE, openPage, outcomeOfPage } from './outcomes.ts'
import { notCountable, refusedRequest } from './refusals.ts'

/** Opens a hosted page on which the client pays. */
export async function startPayment(shop: Shop, input: StartPayment): Promise<PaymentOutcome> {
  const amount = toStripe(input.amount)
  if (amount === undefined) return notCountable(input.amount.currency)
  const customer = await customerOf(shop, input)
  try {
    const page = await shop.stripe.checkout.sessions.create(pageOf(shop, input, { amount, customer }), {
      idempotencyKey: input.idempotency_key,
    })
    return page.status === 'open' ? openPage(page) : await outcomeOfPage(shop, page)
  } catch (error) {
    const refused = refusedRequest(error)
    if (refused === undefined) throw error
    return refused
  }
}

/** What the dashboard offers is offered, debits only where the settings say so too. */
export const leftOut = ({ excluded }: Shop) =>
  excluded.length === 0 ? {} : { excluded_payment_method_types: excluded }

function pageOf(shop: Shop, input: StartPayment, given: { amount: number; customer: string }) {
  const marks = { payment_id: input.payment_id, client_id: input.client.id, document: input.document }
  return {
    mode: 'payment' as const,
    customer: given.customer,
    client_reference_id: input.payment_id,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: input.amount.currency.toLowerCase(),
          unit_amount: given.amount,
          product_data: { name: input.description },
        },
      },
    ],
    ...leftOut(shop),
    payment_intent_data: {
      description: input.description,
      metadata: { ...marks, ...ON_PAGE },
      ...(input.capture === 'later' ? { capture_method: 'manual' as const } : {}),
      ...(input.save_method ? { setup_future_usage: 'off_session' as const } : {}),
      ...(shop.statementSuffix === undefined ? {} : { statement_descriptor_suffix: shop.statementSuffix }),
    },
    metadata: marks,
    success_url: input.return_url,
    cancel_url: input.cancel_url,
    locale: pageLocale(input.locale),
  }
}
