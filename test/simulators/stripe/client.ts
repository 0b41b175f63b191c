import { request } from 'node:http'
import type { TestContext } from 'node:test'
import type { CheckoutSession, StripeOptions, StripeSimulator } from '../../../simulators/stripe/index.ts'
import { API_VERSION, startStripe } from '../../../simulators/stripe/index.ts'

/** The clock of the tests stands still: 2026-11-21 00:00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 21) / 1000

export type Json = Record<string, unknown>

export interface Reply {
  status: number
  headers: Headers
  body: Json
  /** Its `error` object; empty when the call succeeded. */
  error: Json
}

/** A simulator that ends with the test; nothing happens in it by itself. */
export async function startForTest(
  t: TestContext,
  options: Partial<StripeOptions> = {},
): Promise<StripeSimulator> {
  const stripe = await startStripe({
    clock: () => NOW * 1000,
    settleAfterMs: null,
    webhookRetryGapsMs: [5, 10],
    ...options,
  })
  t.after(() => stripe.close())
  return stripe
}

export function standardHeaders(stripe: StripeSimulator): Record<string, string> {
  return {
    authorization: `Bearer ${stripe.secretKey}`,
    'stripe-version': API_VERSION,
    'content-type': 'application/x-www-form-urlencoded',
  }
}

/** One API call with flat bracketed names. */
export async function call(
  stripe: StripeSimulator,
  address: string,
  params: Record<string, string | number | boolean> = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const [method = '', path = ''] = address.split(' ')
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) form.set(name, String(value))
  const response = await fetch(
    `${stripe.url}${path}${method === 'GET' && form.size > 0 ? `?${form.toString()}` : ''}`,
    {
      method,
      headers: { ...standardHeaders(stripe), ...headers },
      ...(method === 'POST' ? { body: form.toString() } : {}),
    },
  )
  const body = (await response.json()) as Json
  return { status: response.status, headers: response.headers, body, error: (body['error'] ?? {}) as Json }
}

/** As `call`, for calls that must succeed. */
export async function ok<T = Json>(
  stripe: StripeSimulator,
  address: string,
  params: Record<string, string | number | boolean> = {},
): Promise<T> {
  const reply = await call(stripe, address, params)
  if (reply.status !== 200) throw new Error(`${address}: ${reply.status} ${JSON.stringify(reply.body)}`)
  return reply.body as T
}

/** Reads or posts a hosted page the way a browser without scripts does, one step at a time. */
export async function visit(
  url: string,
  form?: Record<string, string>,
): Promise<{ status: number; location: string | null; html: string }> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

export const card = (number: string) => ({ number, expiry: '12 / 34', cvc: '123' })

/** A hosted session for 49.00 USD. */
export function openCheckout(
  stripe: StripeSimulator,
  more: Record<string, string | number | boolean> = {},
): Promise<CheckoutSession> {
  return ok(stripe, 'POST /v1/checkout/sessions', {
    mode: 'payment',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': 4900,
    'line_items[0][price_data][product_data][name]': 'Invoice 1',
    'line_items[0][quantity]': 1,
    success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/cancelled',
    'payment_intent_data[metadata][payment_ref]': 'pay_1',
    ...more,
  })
}

/** A customer with a saved test card: their ids. */
export async function customerWithCard(
  stripe: StripeSimulator,
  number = '4242424242424242',
): Promise<{ customer: string; method: string }> {
  const { id: customer } = await ok(stripe, 'POST /v1/customers', { email: 'ada@client.example' })
  return {
    customer: String(customer),
    method: stripe.control.saveCard({ customer: String(customer), number }).id,
  }
}

/** A customer with a saved bank account that pays, or that behaves as its number says. */
export async function customerWithDebit(
  stripe: StripeSimulator,
  number = 'DE89370400440532013000',
): Promise<{ customer: string; method: string }> {
  const { id } = await ok(stripe, 'POST /v1/customers', { email: 'ada@client.example' })
  const customer = String(id)
  return { customer, method: stripe.control.saveDebit({ customer, type: 'sepa_debit', number }).id }
}

/** The parameters of a charge while the customer is away. */
export const offSession = (saved: { customer: string; method: string }) => ({
  amount: 4900,
  currency: 'usd',
  customer: saved.customer,
  payment_method: saved.method,
  off_session: true,
  confirm: true,
})

/** A POST whose body and headers are sent exactly as given. */
export function rawPost(
  stripe: StripeSimulator,
  path: string,
  means: { headers: Record<string, string>; body: string },
): Promise<{ status: number; body: Json }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${stripe.url}${path}`, { method: 'POST', headers: means.headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Json }))
    })
    sent.on('error', reject)
    sent.end(means.body)
  })
}
