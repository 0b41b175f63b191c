import type { Common, Metadata } from './shapes.ts'

/** What pays: cards and bank accounts, and the leave to debit those. */
export interface CardFace {
  brand: string
  checks: { cvc_check: string }
  country: string
  display_brand: string
  exp_month: number
  exp_year: number
  fingerprint: string
  funding: string
  last4: string
  networks: { available: string[]; preferred: null }
  three_d_secure_usage: { supported: boolean }
  wallet: null
}

export interface PaymentMethod extends Common {
  object: 'payment_method'
  allow_redisplay: string
  billing_details: { email: string | null; name: string | null; phone: string | null; address: null }
  card?: CardFace
  sepa_debit?: BankFace & { bank_code: string; branch_code: null; country: string; generated_from: null }
  us_bank_account?: BankFace & {
    account_holder_type: string
    account_type: string
    bank_name: string
    financial_connections_account: null
    routing_number: string
  }
  bacs_debit?: BankFace & { sort_code: string }
  customer: string | null
  metadata: Metadata
  type: 'card' | 'sepa_debit' | 'us_bank_account' | 'bacs_debit'
}

interface BankFace {
  fingerprint: string
  last4: string
}

export interface Mandate {
  id: string
  object: 'mandate'
  customer_acceptance: { accepted_at: number; type: 'online' }
  livemode: false
  multi_use: object
  payment_method: string
  payment_method_details: { type: PaymentMethod['type'] } & Partial<Record<PaymentMethod['type'], object>>
  status: 'active' | 'inactive'
  type: 'multi_use'
}
