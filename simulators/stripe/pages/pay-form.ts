import type { TestCard } from '../cards.ts'
import { cardOfNumber } from '../cards.ts'
import { accountOf, isDebit, type DebitType, type TestAccount } from '../debits.ts'
import { writeAmount } from '../money/amounts.ts'
import type { CheckoutSession } from '../shapes.ts'
import type { World } from '../world.ts'
import type { PageAnswer } from './html.ts'
import { drawPage, errorNote, escapeHtml } from './html.ts'

export interface TypedCard {
  card: TestCard
  expiry: { month: number; year: number }
  email: string | null
}

export interface TypedAccount {
  account: TestAccount
  name: string
  email: string | null
}
export type Typed = TypedCard | TypedAccount

/** Draws the form; after a refusal with the reason above it and nothing of the card filled in again. */
export function drawPayForm(world: World, session: CheckoutSession, error?: string): PageAnswer {
  const setup = session.mode === 'setup'
  const title = setup
    ? 'Save a payment method'
    : `Pay ${writeAmount(session.amount_total ?? 0, session.currency ?? 'usd')}`
  const lines = world.sessionPlans.get(session.id)?.lines ?? []
  const items = lines.map(
    (line) =>
      `<li>${escapeHtml(line.description)} × ${line.quantity}: ${writeAmount(line.amount_total, line.currency)}</li>`,
  )
  return drawPage(
    error === undefined ? 200 : 402,
    title,
    `${items.length > 0 ? `<ul>${items.join('')}</ul>` : ''}
${errorNote(error)}
<form method="post" action="/pay/${session.id}">
${emailField(world, session)}
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required>
<label for="expiry">Expiry (MM / YY)</label>
<input id="expiry" name="expiry" autocomplete="cc-exp" placeholder="12 / 34" required>
<label for="cvc">Security code (CVC)</label>
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" required>
<button type="submit">${setup ? 'Save card' : 'Pay'}</button>
</form>
${session.payment_method_types
  .filter(isDebit)
  .map((type) => debitForm(world, session, type))
  .join('\n')}
${session.cancel_url === null ? '' : `<p><a href="${escapeHtml(session.cancel_url)}">Cancel and go back</a></p>`}`,
  )
}

/** Reads the form; a text is the reason why it cannot be used. */
export function readPayForm(world: World, session: CheckoutSession, form: URLSearchParams): Typed | string {
  const type = form.get('type') ?? 'card'
  if (!session.payment_method_types.includes(type)) return 'This payment method is not available.'
  return isDebit(type) ? readAccount(type, form) : readCard(world, form)
}

function readAccount(type: DebitType, form: URLSearchParams): TypedAccount | string {
  const account = accountOf(type, form.get('account') ?? '')
  if (typeof account === 'string') return account
  const name = form.get('name')?.trim() ?? ''
  if (name === '') return 'Your name is incomplete.'
  return { account, name, email: form.get('email')?.trim() || null }
}

function readCard(world: World, form: URLSearchParams): TypedCard | string {
  const card = cardOfNumber(form.get('number') ?? '')
  if (!('number' in card)) return card.message
  const expiry = readExpiry(form.get('expiry') ?? '')
  if (!expiry) return "Your card's expiration date is incomplete."
  const today = new Date(world.millis())
  const months = expiry.year * 12 + expiry.month
  if (months < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1)
    return "Your card's expiration date is in the past."
  if (!/^\d{3,4}$/.test(form.get('cvc')?.trim() ?? '')) return "Your card's security code is incomplete."
  return { card, expiry, email: form.get('email')?.trim() || null }
}

const DEBIT_WORDS: Record<DebitType, { title: string; account: string }> = {
  sepa_debit: { title: 'SEPA Direct Debit', account: 'IBAN' },
  us_bank_account: { title: 'US bank account', account: 'Account number' },
  bacs_debit: { title: 'Bacs Direct Debit', account: 'Account number' },
}

function debitForm(world: World, session: CheckoutSession, type: DebitType): string {
  const { title, account } = DEBIT_WORDS[type]
  return `<h2>${title}</h2>
<form method="post" action="/pay/${session.id}">
<input type="hidden" name="type" value="${type}">
${emailField(world, session)}
<label for="${type}-name">Name</label>
<input id="${type}-name" name="name" autocomplete="name" required>
<label for="${type}-account">${account}</label>
<input id="${type}-account" name="account" required>
<p>By going on you let the shop debit this account.</p>
<button type="submit">${title}</button>
</form>`
}

function emailField(world: World, session: CheckoutSession): string {
  const known = session.customer_email ?? world.customers.get(session.customer ?? '')?.email
  if (known) return `<p>${escapeHtml(known)}</p>`
  return `<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="email">`
}

function readExpiry(typed: string): { month: number; year: number } | undefined {
  const match = /^\s*(\d{1,2})\s*\/\s*(\d{2}|\d{4})\s*$/.exec(typed)
  const month = Number(match?.[1])
  const year = Number(match?.[2])
  if (!match || month < 1 || month > 12) return undefined
  return { month, year: year < 100 ? 2000 + year : year }
}
