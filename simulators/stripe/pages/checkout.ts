import { makeCustomer } from '../resources/customers.ts'
import { makeIntent, nextActionOf } from '../money/intents.ts'
import { answerAuthentication, payIntent } from '../money/pay-intent.ts'
import { makeDebit, makePaymentMethod } from '../money/payment-methods.ts'
import { answerSetupAuthentication, setUpIntent } from '../money/set-up-intent.ts'
import type { CheckoutSession, PaymentIntent, PaymentMethod, SetupIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import { drawAuthentication } from './authentication.ts'
import type { PageAnswer, Redirect } from './html.ts'
import { drawPage, escapeHtml } from './html.ts'
import type { Typed } from './pay-form.ts'
import { drawPayForm, readPayForm } from './pay-form.ts'

/** The hosted page of a session. */
export function showCheckout(world: World, session: CheckoutSession): PageAnswer {
  return closedPage(session) ?? drawPayForm(world, session)
}

/** The customer has sent a card. */
export function postCheckout(
  world: World,
  session: CheckoutSession,
  form: URLSearchParams,
): PageAnswer | Redirect {
  const closed = closedPage(session)
  if (closed) return closed
  const typed = readPayForm(world, session, form)
  if (typeof typed === 'string') return drawPayForm(world, session, typed)
  const method = 'account' in typed ? makeDebit(world, typed) : makePaymentMethod(world, typed)
  nameCustomer(world, session, typed)
  if (session.mode === 'setup') saveMethod(world, session, method)
  else pay(world, session, method)
  return continueSession(world, session)
}

export function showCheckoutAuthentication(world: World, session: CheckoutSession): PageAnswer | Redirect {
  const closed = closedPage(session)
  if (closed) return closed
  if (intentOf(world, session)?.status !== 'requires_action') return { redirect: `/pay/${session.id}` }
  return drawAuthentication(
    `/pay/${session.id}/3ds`,
    session.mode === 'setup' ? 'save this card' : 'this payment',
  )
}

export function postCheckoutAuthentication(
  world: World,
  session: CheckoutSession,
  completed: boolean,
): PageAnswer | Redirect {
  const closed = closedPage(session)
  if (closed) return closed
  const intent = intentOf(world, session)
  if (intent?.status !== 'requires_action') return { redirect: `/pay/${session.id}` }
  if (intent.object === 'payment_intent') answerAuthentication(world, intent, completed)
  else answerSetupAuthentication(world, intent, completed)
  return continueSession(world, session)
}

function pay(world: World, session: CheckoutSession, method: PaymentMethod): void {
  const plan = world.sessionPlans.get(session.id)
  const intent =
    session.payment_intent === null
      ? makeIntent(world, {
          ...plan?.intent,
          amount: session.amount_total ?? 0,
          currency: session.currency ?? '',
          customer: session.customer,
        })
      : find(world, 'paymentIntents', session.payment_intent)
  session.payment_intent = intent.id
  const nextAction = nextActionOf(world, intent.id, `${world.url}/pay/${session.id}`)
  payIntent(world, intent, { method, offSession: false, authenticated: false, nextAction })
}

function saveMethod(world: World, session: CheckoutSession, method: PaymentMethod): void {
  const intent = find(world, 'setupIntents', session.setup_intent ?? '')
  const nextAction = nextActionOf(world, intent.id, `${world.url}/pay/${session.id}`)
  setUpIntent(world, intent, { method, authenticated: false, nextAction })
}

/** Goes on with what the attempt led to: the bank's page, the form again, or the way back to the shop. */
function continueSession(world: World, session: CheckoutSession): PageAnswer | Redirect {
  const intent = intentOf(world, session)
  if (intent?.status === 'requires_action') return { redirect: `/pay/${session.id}/3ds` }
  const error = intent?.object === 'payment_intent' ? intent.last_payment_error : intent?.last_setup_error
  if (error) return drawPayForm(world, session, error.message)
  session.status = 'complete'
  session.url = null
  if (session.mode === 'payment') session.payment_status = intent?.status === 'succeeded' ? 'paid' : 'unpaid'
  world.emit('checkout.session.completed', session)
  return { redirect: successUrl(session) }
}

/** A payment that saves the card needs a customer to save it to. */
function nameCustomer(world: World, session: CheckoutSession, typed: Typed): void {
  const email = session.customer_email ?? world.customers.get(session.customer ?? '')?.email ?? typed.email
  session.customer_details = { email, name: null }
  const saves = world.sessionPlans.get(session.id)?.intent.setup_future_usage != null
  if (session.customer !== null || session.mode !== 'payment' || !saves) return
  const customer = makeCustomer(world)
  customer.email = email
  session.customer = customer.id
}

function intentOf(world: World, session: CheckoutSession): PaymentIntent | SetupIntent | undefined {
  return (
    world.paymentIntents.get(session.payment_intent ?? '') ??
    world.setupIntents.get(session.setup_intent ?? '')
  )
}

function successUrl(session: CheckoutSession): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}

function closedPage(session: CheckoutSession): PageAnswer | undefined {
  if (session.status === 'open') return undefined
  if (session.status === 'expired') {
    return drawPage(410, 'This page has expired', '<p>Go back to the shop and start again.</p>')
  }
  const back = `<p><a href="${escapeHtml(successUrl(session))}">Back to the shop</a></p>`
  return drawPage(200, 'All done', `<p>Nothing is left to pay here.</p>${back}`)
}
