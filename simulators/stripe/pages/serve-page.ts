import { writeAmount } from '../money/amounts.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'
import {
  postCheckout,
  postCheckoutAuthentication,
  showCheckout,
  showCheckoutAuthentication,
} from './checkout.ts'
import type { PageAnswer, Redirect } from './html.ts'
import { drawPage } from './html.ts'
import { postIntentAuthentication, showIntentAuthentication } from './intent-authentication.ts'

/** The answer of a hosted page, or undefined when the path is none of them. */
export function servePage(
  world: World,
  request: { method: string; path: string; body: string },
): PageAnswer | Redirect | undefined {
  const [, area, id = '', step, ...more] = request.path.split('/')
  if (more.length > 0) return undefined
  const form = request.method === 'POST' ? new URLSearchParams(request.body) : undefined
  if (area === 'pay' && step === undefined) {
    const session = find(world, 'sessions', id)
    return form ? postCheckout(world, session, form) : showCheckout(world, session)
  }
  if (area === 'pay' && step === '3ds') {
    const session = find(world, 'sessions', id)
    return form
      ? postCheckoutAuthentication(world, session, agreed(form))
      : showCheckoutAuthentication(world, session)
  }
  if (area === '3ds' && step === undefined) {
    return form ? postIntentAuthentication(world, id, agreed(form)) : showIntentAuthentication(world, id)
  }
  if (area === 'receipts' && step === undefined) return showReceipt(world, id)
  return undefined
}

function agreed(form: URLSearchParams): boolean {
  return form.get('outcome') === 'complete'
}

function showReceipt(world: World, id: string): PageAnswer {
  const charge = find(world, 'charges', id)
  return drawPage(200, 'Receipt', `<p>${writeAmount(charge.amount_captured, charge.currency)} paid.</p>`)
}
