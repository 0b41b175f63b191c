/** What the issuing bank says when it declines. */
export interface Decline {
  code: string
  decline_code?: string
  advice_code?: 'do_not_try_again' | 'try_again_later' | 'confirm_card_data'
  message: string
}

export interface TestCard {
  number: string
  /** The ready-made payment method id of this card, when Stripe has one. */
  methodId?: string
  /** Declines every charge and every attempt to save it. */
  decline?: Decline
  /** Declines charges once it is saved to a customer; saving it and a first payment pass. */
  declineSaved?: Decline
  /** Declines after the bank's page was completed. */
  declineAuthenticated?: Decline
  /**
   * When the bank wants 3-D Secure: `unless_set_up` for off-session use, `always`, or whenever the customer is there.
   * Left out: never.
   */
  authentication?: 'unless_set_up' | 'always' | 'on_session'
  dispute?: { reason: string; inquiry: boolean }
  earlyFraudWarning?: true
  refund?: 'pending_then_succeeded' | 'succeeded_then_failed'
}

const declined = (decline_code: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  decline_code,
  message,
})

const GENERIC = declined('generic_decline')

/** Test cards of the documentation. Any future date and any CVC go with them. */
export const testCards: readonly TestCard[] = [
  { number: '4242424242424242', methodId: 'pm_card_visa' },
  { number: '4000000000000002', methodId: 'pm_card_visa_chargeDeclined', decline: GENERIC },
  {
    number: '4000000000009995',
    decline: {
      ...declined('insufficient_funds', 'Your card has insufficient funds.'),
      advice_code: 'try_again_later',
    },
  },
  { number: '4000000000009987', decline: { ...declined('lost_card'), advice_code: 'do_not_try_again' } },
  { number: '4000000000009979', decline: { ...declined('stolen_card'), advice_code: 'do_not_try_again' } },
  { number: '4000000000000069', decline: { code: 'expired_card', message: 'Your card has expired.' } },
  {
    number: '4000000000000127',
    decline: {
      code: 'incorrect_cvc',
      advice_code: 'confirm_card_data',
      message: "Your card's security code is incorrect.",
    },
  },
  {
    number: '4000000000000119',
    decline: {
      code: 'processing_error',
      advice_code: 'try_again_later',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  { number: '4000000000006975', decline: declined('card_velocity_exceeded') },
  { number: '4000000000000341', declineSaved: GENERIC },
  { number: '4000002500003155', authentication: 'unless_set_up' },
  {
    number: '4000002760003184',
    methodId: 'pm_card_authenticationRequired',
    authentication: 'always',
  },
  { number: '4000003800000446', authentication: 'on_session' },
  { number: '4000008400001629', authentication: 'always', declineAuthenticated: GENERIC },
  {
    number: '4000000000000259',
    methodId: 'pm_card_createDispute',
    dispute: { reason: 'fraudulent', inquiry: false },
  },
  { number: '4000000000002685', dispute: { reason: 'product_not_received', inquiry: false } },
  { number: '4000000000001976', dispute: { reason: 'fraudulent', inquiry: true } },
  { number: '4000000000005423', earlyFraudWarning: true },
  { number: '4000000000007726', refund: 'pending_then_succeeded' },
  { number: '4000000000005126', refund: 'succeeded_then_failed' },
]

const INCORRECT_NUMBER: Decline = {
  code: 'incorrect_number',
  advice_code: 'confirm_card_data',
  message: 'Your card number is incorrect.',
}

/** The test card of a number, or the decline that its mistyped or unknown number earns. */
export function cardOfNumber(typed: string): TestCard | Decline {
  const number = typed.replaceAll(/[\s-]/g, '')
  return testCards.find((card) => card.number === number) ?? INCORRECT_NUMBER
}

export function cardOfMethodId(id: string): TestCard | undefined {
  return testCards.find((card) => card.methodId === id)
}

/** The bank's refusal of a charge without the customer that needs the customer. */
export const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}

/** The customer failed or gave up 3-D Secure. */
export const AUTHENTICATION_FAILED = (kind: 'payment_intent' | 'setup_intent'): Decline => ({
  code: `${kind}_authentication_failure`,
  message: 'We are unable to authenticate your payment method. Choose a different one and try again.',
})
