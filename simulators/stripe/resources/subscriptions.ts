import { boolean, choice, object, required, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { route } from '../inbound/route.ts'
import { cancelSubscription } from '../money/subscriptions.ts'
import { refuse } from '../refusals.ts'
import { find } from '../world.ts'

const STATUSES = [
  ...(['active', 'all', 'canceled', 'ended', 'incomplete', 'incomplete_expired'] as const),
  ...(['past_due', 'paused', 'trialing', 'unpaid'] as const),
]

export const subscriptionRoutes = [
  route(
    'GET /v1/subscriptions',
    { ...pageFields, customer: text(), status: choice(STATUSES) },
    (world, params) => {
      const wanted = [...world.subscriptions.values()].filter(
        ({ customer, status }) =>
          (params.customer === undefined || customer === params.customer) &&
          // Without a status, those that have ended are left out.
          (params.status === undefined
            ? status !== 'canceled'
            : params.status === 'all' || status === (params.status === 'ended' ? 'canceled' : params.status)),
      )
      return page(wanted, params, '/v1/subscriptions')
    },
  ),
  route('GET /v1/subscriptions/:id', {}, (world, _, id) => find(world, 'subscriptions', id)),
  route('DELETE /v1/subscriptions/:id', { invoice_now: boolean(), prorate: boolean() }, (world, _, id) => {
    const subscription = find(world, 'subscriptions', id)
    if (subscription.status === 'canceled')
      throw refuse('resource_missing', { kind: 'subscription', id, param: 'id' })
    return cancelSubscription(world, subscription)
  }),
  route('GET /v1/invoices/:id', {}, (world, _, id) => find(world, 'invoices', id)),
  route(
    'GET /v1/invoice_payments',
    {
      ...pageFields,
      invoice: text(),
      payment: object({ type: required(choice(['payment_intent'])), payment_intent: text() }),
      status: choice(['canceled', 'open', 'paid']),
    },
    (world, params) => {
      const wanted = [...world.invoicePayments.values()].filter(
        (one) =>
          (params.invoice === undefined || one.invoice === params.invoice) &&
          (params.status === undefined || one.status === params.status) &&
          (params.payment?.payment_intent === undefined ||
            one.payment.payment_intent === params.payment.payment_intent),
      )
      return page(wanted, params, '/v1/invoice_payments')
    },
  ),
]
