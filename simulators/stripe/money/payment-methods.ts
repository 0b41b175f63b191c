import { createHash } from 'node:crypto'
import type { TestCard } from '../cards.ts'
import type { TestAccount } from '../debits.ts'
import { cardOfMethodId } from '../cards.ts'
import { refuse } from '../refusals.ts'
import type { PaymentMethod } from '../shapes.ts'
import type { CardSecret, World } from '../world.ts'
import { find } from '../world.ts'

export interface NewMethod {
  card: TestCard
  expiry?: { month: number; year: number }
  email?: string | null
}

export function makePaymentMethod(world: World, { card, expiry, email }: NewMethod): PaymentMethod {
  const year = new Date(world.millis()).getUTCFullYear()
  const method: PaymentMethod = {
    id: world.nextId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { email: email ?? null, name: null, phone: null, address: null },
    card: {
      brand: 'visa',
      checks: { cvc_check: card.decline?.code === 'incorrect_cvc' ? 'fail' : 'pass' },
      country: 'US',
      display_brand: 'visa',
      exp_month: expiry?.month ?? 12,
      exp_year: expiry?.year ?? year + 3,
      fingerprint: createHash('sha256').update(card.number).digest('hex').slice(0, 16),
      funding: 'credit',
      last4: card.number.slice(-4),
      networks: { available: ['visa'], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.now(),
    customer: null,
    livemode: false,
    metadata: {},
    type: 'card',
  }
  world.paymentMethods.set(method.id, method)
  world.cards.set(method.id, {
    card,
    setUpOffSession: card.authentication === 'on_session',
    consumed: false,
  })
  return method
}

/** A bank account as a payment method. */
export function makeDebit(
  world: World,
  { account, email, name }: { account: TestAccount; email?: string | null; name?: string | null },
): PaymentMethod {
  const { type, number } = account
  const fingerprint = createHash('sha256').update(number).digest('hex').slice(0, 16)
  const face = { fingerprint, last4: number.slice(-4) }
  const country = number.slice(0, 2)
  const faces = {
    sepa_debit: {
      ...{ ...face, bank_code: number.slice(4, 12), branch_code: null, country, generated_from: null },
    },
    us_bank_account: {
      ...{ ...face, account_holder_type: 'individual', account_type: 'checking' },
      ...{ bank_name: 'STRIPE TEST BANK', financial_connections_account: null, routing_number: '110000000' },
    },
    bacs_debit: { ...face, sort_code: '108800' },
  }
  const method: PaymentMethod = {
    ...{ id: world.nextId('pm'), object: 'payment_method', allow_redisplay: 'unspecified' },
    billing_details: { email: email ?? null, name: name ?? null, phone: null, address: null },
    ...{ created: world.now(), customer: null, livemode: false, metadata: {} },
    ...{ type, [type]: faces[type] },
  }
  world.paymentMethods.set(method.id, method)
  const card: TestCard = { number, ...(account.dispute ? { dispute: account.dispute } : {}) }
  world.cards.set(method.id, { card, setUpOffSession: true, consumed: false, account })
  return method
}

/** The method of an id; a ready-made id such as pm_card_visa makes a new one each time. */
export function takePaymentMethod(world: World, id: string): PaymentMethod {
  const ready = cardOfMethodId(id)
  return ready
    ? makePaymentMethod(world, { card: ready })
    : find(world, 'paymentMethods', id, 'payment_method')
}

/** A method to pay with: it must be usable, and one that is saved pays only for its own customer. */
export function takeUsableMethod(world: World, id: string, customer: string | null): PaymentMethod {
  const method = takePaymentMethod(world, id)
  if (secretOf(world, method).consumed) throw refuse('method_consumed', { method: id })
  if (method.customer !== null && method.customer !== customer)
    throw refuse('method_of_other', { method: id })
  return method
}

export function secretOf(world: World, method: PaymentMethod): CardSecret {
  const secret = world.cards.get(method.id)
  if (!secret) throw new Error(`Payment method ${method.id} has no card behind it.`)
  return secret
}

export function attachMethod(world: World, method: PaymentMethod, customer: string): void {
  if (method.customer === customer) return
  method.customer = customer
  world.emit('payment_method.attached', method)
}

export function detachMethod(world: World, method: PaymentMethod): void {
  const previous = { customer: method.customer }
  secretOf(world, method).consumed = true
  method.customer = null
  for (const { invoice_settings: settings } of world.customers.values()) {
    if (settings.default_payment_method === method.id) settings.default_payment_method = null
  }
  world.emit('payment_method.detached', method, previous)
}
