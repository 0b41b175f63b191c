import type { Decline, TestCard } from '../cards.ts'
import { AUTHENTICATION_FAILED, AUTHENTICATION_REQUIRED } from '../cards.ts'
import type { NextAction, PaymentIntent, PaymentMethod } from '../shapes.ts'
import type { CardSecret, World } from '../world.ts'
import { find } from '../world.ts'
import { capture } from './capture.ts'
import { beginDebit } from './debit.ts'
import { intentError } from './decline.ts'
import { recordCharge } from './charges.ts'
import { attachMethod, secretOf } from './payment-methods.ts'

export interface Attempt {
  method: PaymentMethod
  /** The customer is away: the bank's page cannot be shown. */
  offSession: boolean
  /** The customer has completed the bank's page in this attempt. */
  authenticated: boolean
  /** What the customer must do when the bank wants it; null turns that into a failure. */
  nextAction: NextAction | null
}

/** Tries to pay. The outcome stands in the intent: succeeded, requires_capture, requires_action, or failed with its error. */
export function payIntent(world: World, intent: PaymentIntent, attempt: Attempt): void {
  const { method } = attempt
  const secret = secretOf(world, method)
  intent.payment_method = method.id
  intent.last_payment_error = null
  intent.next_action = null
  if (wantsAuthentication(secret, attempt)) {
    if (attempt.offSession || !attempt.nextAction)
      return fail(world, intent, { method, decline: AUTHENTICATION_REQUIRED })
    intent.status = 'requires_action'
    intent.next_action = attempt.nextAction
    world.emit('payment_intent.requires_action', intent)
    return
  }
  if (secret.account) {
    keepMethod(world, intent, method)
    return beginDebit(world, intent, method)
  }
  const decline = declineOf(secret.card, method, attempt.authenticated)
  if (decline) return fail(world, intent, { method, decline })
  settle(world, intent, attempt)
}

/** The customer completed or failed the bank's page. */
export function answerAuthentication(world: World, intent: PaymentIntent, completed: boolean): void {
  const method = find(world, 'paymentMethods', intent.payment_method ?? '')
  if (completed) {
    payIntent(world, intent, { method, offSession: false, authenticated: true, nextAction: null })
    return
  }
  intent.next_action = null
  intent.status = 'requires_payment_method'
  intent.payment_method = null
  intent.last_payment_error = intentError(AUTHENTICATION_FAILED('payment_intent'), method)
  world.emit('payment_intent.payment_failed', intent)
}

function wantsAuthentication(secret: CardSecret, attempt: Attempt): boolean {
  if (attempt.authenticated) return false
  const rule = secret.card.authentication
  if (rule === 'on_session') return !attempt.offSession
  return rule === 'always' || (rule === 'unless_set_up' && !secret.setUpOffSession)
}

function declineOf(card: TestCard, method: PaymentMethod, authenticated: boolean): Decline | undefined {
  if (method.customer !== null && card.declineSaved) return card.declineSaved
  return card.decline ?? (authenticated ? card.declineAuthenticated : undefined)
}

function fail(world: World, intent: PaymentIntent, why: { method: PaymentMethod; decline: Decline }): void {
  const charge = recordCharge(world, intent, { method: why.method, decline: why.decline })
  intent.latest_charge = charge.id
  intent.status = 'requires_payment_method'
  intent.payment_method = null
  intent.last_payment_error = intentError(why.decline, why.method, charge.id)
  world.emit('payment_intent.payment_failed', intent)
}

function settle(world: World, intent: PaymentIntent, { method }: Attempt): void {
  const charge = recordCharge(world, intent, { method })
  intent.latest_charge = charge.id
  keepMethod(world, intent, method)
  if (intent.capture_method === 'manual') return authorise(world, intent)
  capture(world, intent, intent.amount)
}

function authorise(world: World, intent: PaymentIntent): void {
  intent.status = 'requires_capture'
  intent.amount_capturable = intent.amount
  world.emit('payment_intent.amount_capturable_updated', intent)
}

/** setup_future_usage saves the method to the customer; a method that is not saved is used up by its payment. */
function keepMethod(world: World, intent: PaymentIntent, method: PaymentMethod): void {
  const secret = secretOf(world, method)
  if (intent.setup_future_usage !== null && intent.customer !== null) {
    if (intent.setup_future_usage === 'off_session') secret.setUpOffSession = true
    attachMethod(world, method, intent.customer)
  }
  if (method.customer === null) secret.consumed = true
}
