import type Stripe from 'stripe'
import type { FindMethods, FoundMethods } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { idOf } from './ids.ts'
import { isMissing } from './refusals.ts'
import { savedMethod } from './saved-method.ts'

type Row = FindMethods['rows'][number]
type Found = FoundMethods['answers'][number]

const MOST = 20

/** What the account holds for customers that another system has charged until now. Nothing is made or changed. */
export async function findMethods(shop: Shop, { rows }: FindMethods): Promise<FoundMethods> {
  const answers: Found[] = []
  for (const row of rows) answers.push(await found(shop, row))
  return { answers }
}

async function found(shop: Shop, row: Row): Promise<Found> {
  const customer = await unlessMissing(shop.stripe.customers.retrieve(row.customer))
  if (customer === undefined || customer.deleted === true) return { outcome: 'absent' }
  const preferred = idOf(customer.invoice_settings.default_payment_method)
  const methods = (await methodsOf(shop, row)).flatMap((method) => {
    const saved = savedMethod(method)
    return saved?.customer === row.customer ? [saved] : []
  })
  // The one that the account charges by itself comes first, and becomes the client's default.
  const sorted = methods.toSorted((a, b) => rank(a.reference, preferred) - rank(b.reference, preferred))
  return {
    outcome: 'found',
    customer: customer.id,
    ...(customer.email ? { email: customer.email } : {}),
    methods: sorted.slice(0, MOST),
  }
}

const rank = (reference: string, preferred: string | undefined): number => (reference === preferred ? 0 : 1)

async function methodsOf({ stripe }: Shop, { customer, method }: Row): Promise<Stripe.PaymentMethod[]> {
  if (method === undefined) return (await stripe.paymentMethods.list({ customer, limit: 100 })).data
  const one = await unlessMissing(stripe.paymentMethods.retrieve(method))
  return one === undefined ? [] : [one]
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
