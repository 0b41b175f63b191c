import type { TestCard } from './cards.ts'
import type { TestAccount } from './debits.ts'
import { recordEvent } from './webhooks/events.ts'
import type { Later } from './later.ts'
import { refuse } from './refusals.ts'
import type * as shapes from './shapes.ts'

/** What Stripe knows of a card but never shows. */
export interface CardSecret {
  card: TestCard
  /** The bank has agreed to charges while the customer is away. */
  setUpOffSession: boolean
  /** Detached, or used once without a customer: not to be used again. */
  consumed: boolean
  /** Behind a debit there is a bank account and no card. */
  account?: TestAccount
}

/** What is asked of a session beyond what its JSON shows. */
export interface SessionPlan {
  lines: shapes.LineItem[]
  intent: {
    metadata: shapes.Metadata
    description: string | null
    setup_future_usage: shapes.PaymentIntent['setup_future_usage']
    capture_method: shapes.PaymentIntent['capture_method']
    receipt_email: string | null
    statement_descriptor: string | null
    statement_descriptor_suffix: string | null
  }
}

/** Rates by which Stripe's own fee is made up: hundredths of a percent of the amount plus a fixed part. */
export interface FeeRates {
  basisPoints: number
  fixed: number
  /** What a dispute costs, given back when it is won. */
  dispute?: number
}

/** All that the simulated company knows, in memory. */
export class World {
  readonly customers = new Map<string, shapes.Customer>()
  readonly deletedCustomers = new Map<string, shapes.DeletedCustomer>()
  readonly paymentMethods = new Map<string, shapes.PaymentMethod>()
  readonly cards = new Map<string, CardSecret>()
  readonly paymentIntents = new Map<string, shapes.PaymentIntent>()
  readonly mandates = new Map<string, shapes.Mandate>()
  readonly setupIntents = new Map<string, shapes.SetupIntent>()
  readonly sessions = new Map<string, shapes.CheckoutSession>()
  readonly sessionPlans = new Map<string, SessionPlan>()
  readonly charges = new Map<string, shapes.Charge>()
  readonly refunds = new Map<string, shapes.Refund>()
  readonly disputes = new Map<string, shapes.Dispute>()
  readonly payouts = new Map<string, shapes.Payout>()
  /** What a payout is made of, by the ids of its movements. */
  readonly payoutItems = new Map<string, string[]>()
  readonly subscriptions = new Map<string, shapes.Subscription>()
  readonly invoices = new Map<string, shapes.Invoice>()
  readonly invoicePayments = new Map<string, shapes.InvoicePayment>()
  /** Currencies whose money is changed into another one as it comes in, and at what rate. */
  readonly settlesIn = new Map<string, { currency: string; rate: number }>()
  readonly balanceTransactions = new Map<string, shapes.BalanceTransaction>()
  readonly events = new Map<string, shapes.StripeEvent>()
  readonly webhookEndpoints = new Map<string, shapes.WebhookEndpoint>()
  readonly webhookSecrets = new Map<string, string>()
  readonly later: Later
  readonly fees: FeeRates
  /** The API call being served; handlers run to their end without a pause, so one is enough. */
  request: { id: string; idempotencyKey: string | null } | null = null
  /** Called with every new event. */
  onEvent: (event: shapes.StripeEvent) => void = () => {}
  /** Origin of the hosted pages, known once the server listens. */
  url = ''

  readonly #clock: () => number
  readonly #seed: string
  #offset = 0
  #count = 0

  constructor(means: { clock: () => number; seed: string; later: Later; fees: FeeRates }) {
    this.#clock = means.clock
    this.#seed = means.seed
    this.later = means.later
    this.fees = means.fees
  }

  /** Unix milliseconds. */
  millis(): number {
    return this.#clock() + this.#offset
  }

  /** Unix seconds, as Stripe writes instants. */
  now(): number {
    return Math.floor(this.millis() / 1000)
  }

  advance(seconds: number): void {
    this.#offset += seconds * 1000
  }

  /** Ids look like Stripe's and count up, so that a run repeats exactly. */
  nextId(prefix: string): string {
    this.#count += 1
    return `${prefix}_${this.#seed}${this.#count.toString(36).toUpperCase().padStart(10, '0')}`
  }

  emit(type: string, object: shapes.StripeObject, previous?: Record<string, unknown>): void {
    this.onEvent(recordEvent(this, type, { object, ...(previous ? { previous } : {}) }))
  }
}

const kinds = {
  customers: 'customer',
  paymentMethods: 'payment method',
  mandates: 'mandate',
  paymentIntents: 'payment_intent',
  setupIntents: 'setupintent',
  sessions: 'checkout.session',
  charges: 'charge',
  refunds: 'refund',
  disputes: 'dispute',
  balanceTransactions: 'balance transaction',
  payouts: 'payout',
  subscriptions: 'subscription',
  invoices: 'invoice',
  events: 'event',
  webhookEndpoints: 'webhook endpoint',
} as const

type Collections = { [K in keyof typeof kinds]: World[K] extends Map<string, infer T> ? T : never }

/** The object of an id, or the 404 that an unknown id earns. */
export function find<K extends keyof typeof kinds>(
  world: World,
  kind: K,
  id: string,
  param = 'id',
): Collections[K] {
  const found = (world[kind] as Map<string, Collections[K]>).get(id)
  if (found === undefined) throw refuse('resource_missing', { kind: kinds[kind], id, param })
  return found
}
