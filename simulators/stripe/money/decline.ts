import type { Decline } from '../cards.ts'
import { Refusal } from '../refusals.ts'
import type { IntentError, PaymentIntent, PaymentMethod, SetupIntent } from '../shapes.ts'

/** The error that an intent remembers of its last attempt. */
export function intentError(decline: Decline, method: PaymentMethod, charge?: string): IntentError {
  return {
    type: 'card_error',
    code: decline.code,
    message: decline.message,
    ...(decline.decline_code === undefined ? {} : { decline_code: decline.decline_code }),
    ...(decline.advice_code === undefined ? {} : { advice_code: decline.advice_code }),
    ...(charge === undefined ? {} : { charge }),
    payment_method: structuredClone(method),
  }
}

/** The 402 that answers the API call; it carries the intent, which stays payable. */
export function cardRefusal(error: IntentError, intent: PaymentIntent | SetupIntent): Refusal {
  return new Refusal(402, { ...error, [intent.object]: structuredClone(intent) }, true)
}
