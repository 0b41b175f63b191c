import type { Decline } from '../cards.ts'
import { AUTHENTICATION_FAILED } from '../cards.ts'
import type { NextAction, PaymentMethod, SetupIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { intentError } from './decline.ts'
import { mandateOf } from './mandates.ts'
import { attachMethod, secretOf } from './payment-methods.ts'

/** Tries to save a method without charging it. The outcome stands in the intent. */
export function setUpIntent(
  world: World,
  intent: SetupIntent,
  attempt: { method: PaymentMethod; authenticated: boolean; nextAction: NextAction },
): void {
  const { method } = attempt
  const secret = secretOf(world, method)
  intent.payment_method = method.id
  intent.last_setup_error = null
  intent.next_action = null
  if (secret.card.authentication !== undefined && !secret.setUpOffSession && !attempt.authenticated) {
    intent.status = 'requires_action'
    intent.next_action = attempt.nextAction
    return
  }
  const decline = secret.card.decline ?? secret.card.declineAuthenticated
  if (decline) return fail(world, intent, { method, decline })
  intent.status = 'succeeded'
  if (secret.account) intent.mandate = mandateOf(world, method).id
  if (intent.usage === 'off_session') secret.setUpOffSession = true
  if (intent.customer !== null) attachMethod(world, method, intent.customer)
  world.emit('setup_intent.succeeded', intent)
}

/** The customer completed or failed the bank's page. */
export function answerSetupAuthentication(world: World, intent: SetupIntent, completed: boolean): void {
  const method = find(world, 'paymentMethods', intent.payment_method ?? '')
  const nextAction = intent.next_action
  if (completed && nextAction) return setUpIntent(world, intent, { method, authenticated: true, nextAction })
  fail(world, intent, { method, decline: AUTHENTICATION_FAILED('setup_intent') })
}

function fail(world: World, intent: SetupIntent, why: { method: PaymentMethod; decline: Decline }): void {
  intent.status = 'requires_payment_method'
  intent.payment_method = null
  intent.next_action = null
  intent.last_setup_error = intentError(why.decline, why.method)
  world.emit('setup_intent.setup_failed', intent)
}
