import type { Mandate, PaymentMethod } from './method-shapes.ts'

export type * from './method-shapes.ts'

/** JSON shapes of Stripe's objects, as far as the simulator fills them. Amounts are in Stripe's smallest unit, times unix s. */
export type Metadata = Record<string, string>

export interface Common {
  id: string
  livemode: false
  created: number
}

export interface Customer extends Common {
  object: 'customer'
  address: Record<string, string> | null
  balance: number
  currency: null
  default_source: null
  delinquent: false
  description: string | null
  email: string | null
  invoice_settings: { default_payment_method: string | null }
  metadata: Metadata
  name: string | null
  phone: string | null
  preferred_locales: string[]
  shipping: null
}

export interface DeletedCustomer {
  id: string
  object: 'customer'
  deleted: true
}

export interface IntentError {
  type: 'card_error' | 'invalid_request_error'
  code: string
  message: string
  decline_code?: string
  advice_code?: string
  charge?: string
  payment_method: PaymentMethod
}

export type NextAction =
  | { type: 'redirect_to_url'; redirect_to_url: { url: string; return_url: string } }
  | { type: 'use_stripe_sdk'; use_stripe_sdk: { type: string } }

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'requires_capture'
  | 'processing'
  | 'succeeded'
  | 'canceled'

export interface PaymentIntent extends Common {
  object: 'payment_intent'
  amount: number
  amount_capturable: number
  amount_received: number
  automatic_payment_methods: { enabled: boolean; allow_redirects: string } | null
  canceled_at: number | null
  cancellation_reason: string | null
  capture_method: 'automatic' | 'automatic_async' | 'manual'
  client_secret: string
  confirmation_method: 'automatic'
  currency: string
  customer: string | null
  description: string | null
  last_payment_error: IntentError | null
  latest_charge: string | null
  metadata: Metadata
  next_action: NextAction | null
  payment_method: string | null
  payment_method_options: null
  payment_method_types: string[]
  processing: null
  receipt_email: string | null
  setup_future_usage: 'off_session' | 'on_session' | null
  shipping: null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: IntentStatus
}

export interface SetupIntent extends Common {
  object: 'setup_intent'
  automatic_payment_methods: { enabled: boolean; allow_redirects: string } | null
  cancellation_reason: string | null
  client_secret: string
  customer: string | null
  description: string | null
  last_setup_error: IntentError | null
  latest_attempt: null
  mandate: string | null
  metadata: Metadata
  next_action: NextAction | null
  payment_method: string | null
  payment_method_types: string[]
  status: Exclude<IntentStatus, 'requires_capture' | 'processing'>
  usage: 'off_session' | 'on_session'
}

export interface LineItem {
  id: string
  object: 'item'
  amount_discount: number
  amount_subtotal: number
  amount_tax: number
  amount_total: number
  currency: string
  description: string
  quantity: number
}

export interface CheckoutSession extends Common {
  object: 'checkout.session'
  amount_subtotal: number | null
  amount_total: number | null
  cancel_url: string | null
  client_reference_id: string | null
  client_secret: null
  currency: string | null
  customer: string | null
  customer_details: { email: string | null; name: string | null } | null
  customer_email: string | null
  expires_at: number
  locale: string | null
  metadata: Metadata
  mode: 'payment' | 'setup'
  payment_intent: string | null
  payment_method_types: string[]
  payment_status: 'paid' | 'unpaid' | 'no_payment_required'
  return_url: string | null
  setup_intent: string | null
  status: 'open' | 'complete' | 'expired'
  subscription: null
  success_url: string | null
  ui_mode: string
  url: string | null
}

export interface Charge extends Common {
  object: 'charge'
  amount: number
  amount_captured: number
  amount_refunded: number
  balance_transaction: string | null
  billing_details: PaymentMethod['billing_details']
  captured: boolean
  currency: string
  customer: string | null
  description: string | null
  disputed: boolean
  failure_code: string | null
  failure_message: string | null
  metadata: Metadata
  outcome: {
    advice_code: string | null
    network_status: string
    reason: string | null
    risk_level: string
    seller_message: string
    type: string
  }
  paid: boolean
  payment_intent: string
  payment_method: string
  payment_method_details: { type: PaymentMethod['type'] } & Partial<Record<PaymentMethod['type'], object>>
  receipt_email: string | null
  receipt_url: string | null
  refunded: boolean
  statement_descriptor: string | null
  status: 'pending' | 'succeeded' | 'failed'
}

export interface Refund {
  id: string
  object: 'refund'
  amount: number
  balance_transaction: string | null
  charge: string
  created: number
  currency: string
  failure_reason?: string
  metadata: Metadata
  payment_intent: string
  pending_reason?: string
  reason: string | null
  receipt_number: null
  status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled'
}

export type DisputeStatus =
  | 'warning_needs_response'
  | 'warning_under_review'
  | 'warning_closed'
  | 'needs_response'
  | 'under_review'
  | 'won'
  | 'lost'

export interface Dispute extends Common {
  object: 'dispute'
  amount: number
  balance_transactions: BalanceTransaction[]
  charge: string
  currency: string
  evidence: Record<string, string | null>
  evidence_details: {
    due_by: number | null
    has_evidence: boolean
    past_due: boolean
    submission_count: number
  }
  is_charge_refundable: boolean
  metadata: Metadata
  payment_intent: string
  reason: string
  status: DisputeStatus
}

export interface BalanceTransaction {
  id: string
  object: 'balance_transaction'
  amount: number
  available_on: number
  created: number
  currency: string
  description: string | null
  exchange_rate: number | null
  fee: number
  fee_details: { amount: number; application: null; currency: string; description: string; type: string }[]
  net: number
  reporting_category: string
  source: string
  status: 'available'
  type: 'charge' | 'refund' | 'refund_failure' | 'adjustment' | 'payout' | 'payout_failure' | 'stripe_fee'
}

export interface Payout extends Common {
  object: 'payout'
  amount: number
  application_fee: null
  application_fee_amount: null
  arrival_date: number
  automatic: boolean
  balance_transaction: string | null
  currency: string
  description: string | null
  destination: null
  failure_balance_transaction: string | null
  failure_code: string | null
  failure_message: string | null
  metadata: Metadata
  method: 'standard'
  original_payout: null
  reconciliation_status: 'completed' | 'in_progress' | 'not_applicable'
  reversed_by: null
  source_type: 'card'
  statement_descriptor: null
  status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled'
  type: 'bank_account'
}

export interface Price {
  id: string
  object: 'price'
  active: boolean
  currency: string
  nickname: string | null
  recurring: { interval: 'day' | 'week' | 'month' | 'year'; interval_count: number; usage_type: 'licensed' }
  type: 'recurring'
  unit_amount: number
}

export interface SubscriptionItem {
  id: string
  object: 'subscription_item'
  created: number
  current_period_end: number
  current_period_start: number
  price: Price
  quantity: number
  subscription: string
}

export interface Subscription extends Common {
  object: 'subscription'
  cancel_at: number | null
  cancel_at_period_end: boolean
  canceled_at: number | null
  collection_method: 'charge_automatically'
  currency: string
  customer: string
  default_payment_method: string
  description: string | null
  ended_at: number | null
  items: { object: 'list'; data: SubscriptionItem[]; has_more: false; url: string }
  latest_invoice: string | null
  metadata: Metadata
  start_date: number
  status: 'active' | 'past_due' | 'canceled'
}

export interface Invoice extends Common {
  object: 'invoice'
  amount_due: number
  amount_paid: number
  currency: string
  customer: string
  metadata: Metadata
  number: string
  parent: {
    type: 'subscription_details'
    quote_details: null
    subscription_details: { metadata: Metadata; subscription: string }
  }
  status: 'open' | 'paid'
  total: number
}

export interface InvoicePayment extends Common {
  object: 'invoice_payment'
  amount_paid: number | null
  amount_requested: number
  currency: string
  invoice: string
  is_default: boolean
  payment: { type: 'payment_intent'; payment_intent: string }
  status: 'open' | 'paid'
}

export interface EarlyFraudWarning extends Common {
  object: 'radar.early_fraud_warning'
  actionable: boolean
  charge: string
  fraud_type: string
  payment_intent: string
}

export interface StripeEvent extends Common {
  object: 'event'
  api_version: string
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> }
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null }
  type: string
}

export interface WebhookEndpoint extends Common {
  object: 'webhook_endpoint'
  api_version: string
  application: null
  description: string | null
  enabled_events: string[]
  metadata: Metadata
  status: 'enabled' | 'disabled'
  url: string
}

export type StripeObject =
  | Customer
  | PaymentMethod
  | PaymentIntent
  | SetupIntent
  | CheckoutSession
  | Charge
  | Refund
  | Dispute
  | EarlyFraudWarning
  | Invoice
  | Mandate
  | Payout
  | Subscription
