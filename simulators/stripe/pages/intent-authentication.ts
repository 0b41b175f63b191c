import { writeAmount } from '../money/amounts.ts'
import { answerAuthentication } from '../money/pay-intent.ts'
import { answerSetupAuthentication } from '../money/set-up-intent.ts'
import { refuse } from '../refusals.ts'
import type { PaymentIntent, SetupIntent } from '../shapes.ts'
import type { World } from '../world.ts'
import { drawAuthentication } from './authentication.ts'
import type { PageAnswer, Redirect } from './html.ts'
import { drawPage } from './html.ts'

/** The bank's page of an intent that was confirmed over the API with a return_url. */
export function showIntentAuthentication(world: World, id: string): PageAnswer {
  const intent = intentOf(world, id)
  if (intent.next_action?.type !== 'redirect_to_url') return nothingToDo()
  const what =
    intent.object === 'payment_intent' ? writeAmount(intent.amount, intent.currency) : 'save this card'
  return drawAuthentication(`/3ds/${id}`, what)
}

export function postIntentAuthentication(
  world: World,
  id: string,
  completed: boolean,
): PageAnswer | Redirect {
  const intent = intentOf(world, id)
  if (intent.next_action?.type !== 'redirect_to_url') return nothingToDo()
  const back = new URL(intent.next_action.redirect_to_url.return_url)
  if (intent.object === 'payment_intent') answerAuthentication(world, intent, completed)
  else answerSetupAuthentication(world, intent, completed)
  back.searchParams.set(intent.object, id)
  back.searchParams.set(`${intent.object}_client_secret`, intent.client_secret)
  back.searchParams.set(
    'redirect_status',
    intent.status === 'requires_payment_method' ? 'failed' : 'succeeded',
  )
  return { redirect: back.href }
}

function intentOf(world: World, id: string): PaymentIntent | SetupIntent {
  const intent = world.paymentIntents.get(id) ?? world.setupIntents.get(id)
  if (!intent) throw refuse('resource_missing', { kind: 'intent', id })
  return intent
}

function nothingToDo(): PageAnswer {
  return drawPage(409, 'Nothing to confirm', '<p>Your bank asks nothing of you here.</p>')
}
