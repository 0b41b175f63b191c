import type { TestContext } from 'node:test'
import type { ChargeMethod, Gateway, PaymentOutcome, StartPayment, StoredEvent } from '../../../sdk/index.ts'
import { openTestInstance, strictGateway } from '../../../sdk/test-kit/index.ts'
import { startStripe, type StripeSimulator } from '../../../simulators/stripe/index.ts'
import plugin from '../index.ts'

export const NOW = Date.UTC(2026, 10, 21)

export interface TestShop {
  stripe: StripeSimulator
  gateway: Required<Gateway>
  lines: string[]
}

/** The plugin as an instance of its own against a simulator in which nothing happens by itself. */
export async function openShop(
  t: TestContext,
  settings: Record<string, unknown> = {},
  apiKey?: string,
): Promise<TestShop> {
  const stripe = await startStripe({ clock: () => NOW, settleAfterMs: null, webhookRetryGapsMs: [5] })
  const { context, lines, close } = openTestInstance({
    settings,
    secrets: { api_key: apiKey ?? stripe.secretKey, webhook_secret: 'whsec_shop' },
    outbound: { 'https://api.stripe.com': stripe.url },
  })
  t.after(async () => {
    close()
    await stripe.close()
  })
  return { stripe, lines, gateway: strictGateway(plugin, context) }
}

export const ANN = { id: 'cli_1', name: 'Ann Client', email: 'ann@client.example', locale: 'de-AT' }

export const eur = (minor: string) => ({ minor, currency: 'EUR' })

export const payment = (more: Partial<StartPayment> = {}): StartPayment => ({
  payment_id: 'pay_1',
  idempotency_key: 'pay_1:1',
  amount: eur('4900'),
  description: 'Invoice INV-1',
  document: 'INV-1',
  client: ANN,
  save_method: false,
  return_url: 'https://shop.example/back?invoice=1',
  cancel_url: 'https://shop.example/cancelled',
  locale: 'de-AT',
  ...more,
})

export const charge = (saved: { customer: string; method: string }, more: Partial<ChargeMethod> = {}) => ({
  payment_id: 'pay_1',
  idempotency_key: 'pay_1:1',
  amount: eur('4900'),
  description: 'Invoice INV-1',
  document: 'INV-1',
  client: ANN,
  return_url: 'https://shop.example/back?invoice=1',
  ...saved,
  ...more,
})

/** A customer of ours with a saved test card. */
export async function saveCard(shop: TestShop, number = '4242424242424242', setUp = true) {
  const { customer = '' } = narrowed(await shop.gateway.start_setup(setup()), 'needs_client')
  return { customer, method: shop.stripe.control.saveCard({ customer, number, setUp }).id }
}

export const setup = () => ({
  idempotency_key: 'set_1:1',
  client: ANN,
  currency: 'EUR',
  return_url: 'https://shop.example/back',
  cancel_url: 'https://shop.example/cancelled',
  locale: 'en',
})

/** Types a card into a hosted page, or answers the bank's page; tells where the browser is sent next. */
export async function visit(url: string, form: Record<string, string>): Promise<string | null> {
  const response = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) })
  return response.headers.get('location')
}

export const card = (number: string) => ({ number, expiry: '12 / 34', cvc: '123' })

/** The outcome as the one that the test expects. */
export function narrowed<Name extends PaymentOutcome['outcome']>(outcome: PaymentOutcome, name: Name) {
  if (outcome.outcome !== name) throw new Error(`Expected ${name}: ${JSON.stringify(outcome)}`)
  return outcome as Extract<PaymentOutcome, { outcome: Name }>
}

/** Opens the hosted page for the payment and pays with a card; answers the id of the page. */
export async function payOnPage(
  shop: TestShop,
  number: string,
  more: Partial<StartPayment> = {},
): Promise<string> {
  const page = narrowed(await shop.gateway.start_payment(payment(more)), 'needs_client')
  await visit(String(page.url), card(number))
  return page.reference
}

export const lookUp = (shop: TestShop, reference?: string) =>
  shop.gateway.look_up({
    payment_id: 'pay_1',
    idempotency_key: 'pay_1:1',
    ...(reference === undefined ? {} : { reference }),
  })

/** Hands the plugin all events of one type that Stripe has made, as core would. */
export async function factsOf(shop: TestShop, type: string) {
  const events = shop.stripe.control.state().events.filter((event) => event.type === type)
  const answers = await Promise.all(events.map((event) => shop.gateway.handle_event(stored(event))))
  return answers.flatMap(({ facts }) => facts)
}

export const stored = (event: object): StoredEvent => ({
  body: JSON.stringify(event),
  headers: {},
  verified: true,
})

export const onlyCharge = (shop: TestShop) => {
  const [first, ...others] = shop.stripe.control.state().charges
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} charges, not one.`)
  return first
}
