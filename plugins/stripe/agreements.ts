import Stripe from 'stripe'
import type { Agreement, Agreements, DoneOrFailed, GatewayFact } from '../../sdk/index.ts'
import { fromStripe } from './amounts.ts'
import type { Shop } from './connect.ts'
import { idOf } from './ids.ts'
import { dayOf, startOf } from './movements.ts'
import { readIntent, outcomeOfIntent } from './outcomes.ts'
import { isMissing } from './refusals.ts'

const ENDED = ['canceled', 'incomplete_expired']
const OWNER = ['customer']
const LISTED = OWNER.map((part) => `data.${part}`)

/** The subscriptions of the account: those that run, and those that have ended since the day. */
export async function listAgreements(
  { stripe }: Shop,
  { from, cursor }: { from: string; cursor?: string | undefined },
): Promise<Agreements> {
  const { data, has_more: more } = await stripe.subscriptions.list({
    status: 'all',
    limit: 100,
    expand: LISTED,
    ...(cursor === undefined ? {} : { starting_after: cursor }),
  })
  const wanted = data.filter(
    ({ status, ended_at: ended }) =>
      // Its first payment never came: there is nothing that it could charge.
      status !== 'incomplete' && (ended === null || ended >= startOf(from)),
  )
  const last = data.at(-1)?.id
  return { agreements: wanted.map(agreementOf), ...(more && last !== undefined ? { cursor: last } : {}) }
}

/** Ends it at once: nothing is given back and nothing more is taken. One that has ended already is ended. */
export async function cancelAgreement(
  { stripe }: Shop,
  { agreement, idempotency_key: key }: { agreement: string; idempotency_key: string },
): Promise<DoneOrFailed> {
  try {
    await stripe.subscriptions.cancel(agreement, {}, { idempotencyKey: key })
    return { outcome: 'done' }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
    if (isMissing(error) && (await hasEnded(stripe, agreement))) return { outcome: 'done' }
    return { outcome: 'failed', kind: 'permanent', code: error.code ?? 'refused', message: error.message }
  }
}

async function hasEnded(stripe: Stripe, id: string): Promise<boolean> {
  try {
    return ENDED.includes((await stripe.subscriptions.retrieve(id)).status)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** A subscription was changed or has ended. */
export async function agreementFacts({ stripe }: Shop, id: string): Promise<GatewayFact[]> {
  const subscription = await stripe.subscriptions.retrieve(id, { expand: OWNER })
  if (subscription.status === 'incomplete') return [{ fact: 'ignored', reason: 'It has not begun.' }]
  return [{ fact: 'agreement', agreement: agreementOf(subscription) }]
}

/** What a subscription took for one of Stripe's own invoices. */
export async function agreementPayments(shop: Shop, invoiceId: string): Promise<GatewayFact[]> {
  const invoice = await shop.stripe.invoices.retrieve(invoiceId)
  const agreement = idOf(invoice.parent?.subscription_details?.subscription)
  if (agreement === undefined) return [{ fact: 'ignored', reason: 'The invoice is of no subscription.' }]
  const paid = await shop.stripe.invoicePayments.list({ invoice: invoiceId, status: 'paid', limit: 100 })
  const facts: GatewayFact[] = []
  for (const { payment } of paid.data) {
    const intent = idOf(payment.payment_intent)
    if (intent === undefined) continue
    const result = await outcomeOfIntent(shop, await readIntent(shop, intent))
    if (result.outcome !== 'succeeded') continue
    const { reference, amount, fee } = result
    facts.push({
      ...{ fact: 'agreement_payment', agreement, reference, amount },
      ...(fee === undefined ? {} : { fee }),
    })
  }
  return facts
}

/** Whether a payment that bears no mark of ours was made by a subscription. */
export async function isOfAgreement({ stripe }: Shop, intent: string): Promise<boolean> {
  const { data } = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
    limit: 1,
  })
  return data.length > 0
}

function agreementOf(subscription: Stripe.Subscription): Agreement {
  const { customer, items, currency } = subscription
  const owner = typeof customer === 'string' || customer.deleted ? undefined : customer
  const ends = items.data.map(({ current_period_end: end }) => end)
  const cycle = cycleOf(items.data[0]?.price.recurring)
  const sum = items.data.reduce(
    (all, { price, quantity = 1 }) => all + (price.unit_amount ?? 0) * quantity,
    0,
  )
  const ended = ENDED.includes(subscription.status)
  const isLast = ended || subscription.cancel_at_period_end
  const label = subscription.description ?? items.data[0]?.price.nickname
  return {
    reference: subscription.id,
    ...(idOf(customer) === undefined ? {} : { customer: idOf(customer)! }),
    ...(owner?.email ? { email: owner.email } : {}),
    ...(owner?.name ? { name: owner.name.slice(0, 200) } : {}),
    status: ended ? 'ended' : 'live',
    amount: fromStripe(sum, currency),
    ...(cycle === undefined ? {} : { cycle }),
    ...(isLast || ends.length === 0 ? {} : { next_on: dayOf(Math.min(...ends)) }),
    ...(label ? { label: label.slice(0, 200) } : {}),
  }
}

function cycleOf(recurring: Stripe.Price.Recurring | null | undefined): string | undefined {
  if (!recurring) return undefined
  const count = recurring.interval_count
  return { day: `${count}d`, week: `${count * 7}d`, month: `${count}m`, year: `${count}y` }[
    recurring.interval as 'day' | 'week' | 'month' | 'year'
  ]
}
