import Stripe from 'stripe'
import type { PaymentOutcome } from '../../sdk/index.ts'
import { takesDays } from './debits.ts'

export type Declined = Extract<PaymentOutcome, { outcome: 'declined' }>
type Retry = Declined['retry']

const PLAIN = 'Your bank declined the payment. Please use another card or ask your bank.'

/** What a decline means for the client. Codes that would help a thief have no row and get the plain words. */
const MEANINGS: Record<string, { message: string; retry: Retry }> = {
  insufficient_funds: { message: 'There is not enough money on the card.', retry: 'later' },
  card_velocity_exceeded: { message: 'The card has reached its limit for now.', retry: 'later' },
  processing_error: { message: 'The bank could not handle the payment just now.', retry: 'later' },
  generic_decline: { message: PLAIN, retry: 'later' },
  expired_card: { message: 'The card has expired.', retry: 'new_method' },
  incorrect_cvc: { message: 'The security code of the card is wrong.', retry: 'new_method' },
  incorrect_number: { message: 'The card number is wrong.', retry: 'new_method' },
  authentication_required: { message: 'Your bank wants you to confirm the payment.', retry: 'client' },
  payment_intent_authentication_failure: {
    message: 'The payment was not confirmed at your bank. Please try again or use another card.',
    retry: 'client',
  },
  setup_intent_authentication_failure: {
    message: 'The card was not confirmed at your bank. Please try again or use another card.',
    retry: 'client',
  },
  lost_card: { message: PLAIN, retry: 'new_method' },
  stolen_card: { message: PLAIN, retry: 'new_method' },
  fraudulent: { message: PLAIN, retry: 'new_method' },
}

/** Codes that are told on as `declined`, so that nobody learns why the card was refused. */
const SECRET_CODES = new Set(['lost_card', 'stolen_card', 'fraudulent'])

const ADVICE: Record<string, Retry> = {
  do_not_try_again: 'new_method',
  confirm_card_data: 'new_method',
  try_again_later: 'later',
}

/** What the bank of an account says days after a debit was sent. */
const NO_MORE = 'Please add another way to pay.'
const DEBIT_MEANINGS: Record<string, { message: string; retry: Retry }> = {
  insufficient_funds: { message: 'There was not enough money in the account.', retry: 'later' },
  generic_could_not_process: { message: 'The bank could not carry out the debit.', retry: 'later' },
  ...{
    account_closed: ended('The account has been closed.'),
    no_account: ended('The bank knows no such account.'),
  },
  debit_not_authorized: ended('The bank was told not to allow this debit.'),
  payment_intent_mandate_invalid: ended('The mandate for this account is no longer valid.'),
  bank_account_restricted: ended('The account does not allow debits.'),
  payment_method_bank_account_blocked: ended('The account does not allow debits.'),
  bank_ownership_changed: ended('The account has another holder now.'),
  incorrect_account_holder_name: ended('The name does not fit the account.'),
  invalid_account_number: ended('The number of the account is wrong.'),
}

function ended(why: string): { message: string; retry: Retry } {
  return { message: `${why} ${NO_MORE}`, retry: 'new_method' }
}

/** The decline of a debit; undefined for a card. A reason that this plugin does not know may pass another day. */
export function declinedDebit(
  error: CardError & { payment_method?: Stripe.PaymentMethod | undefined },
  failure: string | null | undefined,
): Declined | undefined {
  if (!error.payment_method || !takesDays(error.payment_method)) return undefined
  const code = failure ?? error.decline_code ?? error.code ?? 'declined'
  const meaning = DEBIT_MEANINGS[code] ?? { message: 'The bank returned the debit.', retry: 'later' }
  return { outcome: 'declined', code, ...meaning }
}

/** The leave to debit an account is gone: as a fact of its own, whatever is charged next. */
export const mandateRevoked = (method: string) => ({
  ...{ fact: 'method_refused' as const, method, code: 'mandate_revoked' },
  message: DEBIT_MEANINGS['payment_intent_mandate_invalid']!.message,
})

/** The parts in which an error and an intent's last error agree. */
export interface CardError {
  code?: string | null | undefined
  decline_code?: string | null | undefined
  advice_code?: string | null | undefined
}

export function declined(error: CardError, reference?: string): Declined {
  const code = error.decline_code ?? error.code ?? 'declined'
  const meaning = MEANINGS[code] ?? { message: PLAIN, retry: 'later' }
  return {
    outcome: 'declined',
    code: SECRET_CODES.has(code) ? 'declined' : code,
    message: meaning.message,
    retry: ADVICE[error.advice_code ?? ''] ?? meaning.retry,
    ...(reference === undefined ? {} : { reference }),
  }
}

/** Stripe cannot take this amount by any method. */
export const notCountable = (currency: string): Declined => ({
  outcome: 'declined',
  code: 'amount_not_countable',
  message: `Stripe cannot take this exact amount of ${currency}. Please use another way to pay.`,
  retry: 'never',
})

/** Requests that Stripe refused because of what the client chose: they are answers, not failures. */
const REQUEST_REFUSALS: Record<string, { message: string; retry: Retry }> = {
  amount_too_small: {
    message: 'The amount is below the smallest that can be paid this way.',
    retry: 'never',
  },
  amount_too_large: { message: 'The amount is above the largest that can be paid this way.', retry: 'never' },
  payment_intent_mandate_invalid: DEBIT_MEANINGS['payment_intent_mandate_invalid']!,
  payment_method_unexpected_state: {
    message: 'The saved method can no longer be used.',
    retry: 'new_method',
  },
}

/** A refusal that is an answer to the client, or undefined when the request or the key is at fault. */
export function refusedRequest(error: unknown): Declined | undefined {
  if (error instanceof Stripe.errors.StripeCardError) return declined(error)
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined
  const gone = isMissing(error) && error.param === 'payment_method'
  const code = gone ? 'payment_method_unexpected_state' : (error.code ?? '')
  const row = REQUEST_REFUSALS[code]
  return row && { outcome: 'declined', code, ...row }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing'
}
