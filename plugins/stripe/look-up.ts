import type Stripe from 'stripe'
import type { LookUpPayment, PaymentOutcome } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { outcomeOfIntent, outcomeOfPage, readIntent } from './outcomes.ts'
import { isMissing } from './refusals.ts'

/** Entries of the newest page of a list. Older ones are found by the search, which lags by about a minute. */
const NEWEST = 100

/** Reads what became of a payment, by its reference or by the id of ours that it carries. */
export async function lookUp(shop: Shop, input: LookUpPayment): Promise<PaymentOutcome> {
  const { reference } = input
  try {
    if (reference?.startsWith('cs_') === true)
      return await outcomeOfPage(shop, await shop.stripe.checkout.sessions.retrieve(reference))
    if (reference !== undefined) return await outcomeOfIntent(shop, await readIntent(shop, reference))
  } catch (error) {
    if (isMissing(error)) return { outcome: 'absent' }
    throw error
  }
  const intent = await findIntent(shop, input)
  if (intent !== undefined) return outcomeOfIntent(shop, await readIntent(shop, intent.id))
  const page = await findPage(shop, input)
  return page === undefined ? { outcome: 'absent' } : outcomeOfPage(shop, page)
}

async function findIntent({ stripe }: Shop, input: LookUpPayment): Promise<Stripe.PaymentIntent | undefined> {
  const newest = await stripe.paymentIntents.list({ ...ofCustomer(input), limit: NEWEST })
  const mine = newest.data.filter(({ metadata }) => metadata['payment_id'] === input.payment_id)
  if (mine.length > 0) return best(mine)
  const query = `metadata["payment_id"]:"${input.payment_id.replaceAll('"', '')}"`
  return best((await stripe.paymentIntents.search({ query, limit: NEWEST })).data)
}

async function findPage(
  { stripe }: Shop,
  input: LookUpPayment,
): Promise<Stripe.Checkout.Session | undefined> {
  const newest = await stripe.checkout.sessions.list({ ...ofCustomer(input), limit: NEWEST })
  return newest.data.find(({ client_reference_id: id }) => id === input.payment_id)
}

const ofCustomer = ({ customer }: LookUpPayment) => (customer === undefined ? {} : { customer })

/** Money that was taken counts more than a later attempt that was not. */
const best = (intents: Stripe.PaymentIntent[]) =>
  intents.find(({ status }) => status === 'succeeded') ?? intents[0]
