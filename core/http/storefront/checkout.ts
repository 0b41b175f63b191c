import type { Router } from '@koa/router'
import { Profile } from '../../clients/index.ts'
import { passwordProblem, signIn } from '../../identity/index.ts'
import type { CartView } from '../../orders/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { takeSession } from '../chain/session.ts'
import { requireRealm } from '../getting-in/realm.ts'
import {
  checkField,
  field,
  flash,
  formKeys,
  fragmentOrSeeOther,
  isPartial,
  page,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'
import { signInSession } from './buyer.ts'
import { billTo, checkoutView, totalsView } from './checkout-view.ts'
import { termsOfShop } from './legal.ts'
import { payChoices, readPayWith } from './pay-choices.ts'
import { placeAndPay, requireTerms } from './place.ts'
import { joinVisitorCart, visitorCart } from './visitor-cart.ts'

/** SF-07. */
export function checkoutRoutes(router: Router<State>): void {
  router.get('/checkout', showCheckout)
  router.post('/checkout', takeCheckout)
  router.post('/checkout/check', checkCheckout)
  router.post('/checkout/sign-in', takeSignIn)
}

function checkCheckout(ctx: RouteCtx): void {
  const { password } = ctx.state.form
  const person = { name: field(ctx, 'name'), email: field(ctx, 'email') }
  const text = typeof password === 'string' ? password : ''
  checkField(ctx, Profile, { password: passwordProblem(text, person) })
}

async function showCheckout(ctx: RouteCtx): Promise<void> {
  const { signedIn, client } = ctx.state
  if (signedIn && !client && signedIn.clients.length > 1)
    return seeOther(ctx, '/portal/switch?next=/checkout')
  await drawCheckout(ctx)
}

async function drawCheckout(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const cart = await visitorCart(ctx)
  if (isPartial(ctx)) return answerTotals(ctx, cart)
  if (!isReady(ctx, cart, problem?.errors[0]?.message)) return seeOther(ctx, '/cart')
  const bill = await billTo(ctx, problem)
  const totals = await totalsView(ctx, cart, bill)
  const pay = await payChoices(
    ctx,
    paidWith(cart, () => Promise.resolve(totals.totalMinor)),
  )
  const terms = await termsOfShop(ctx)
  const view = checkoutView(ctx, { bill, totals, pay, terms, problem })
  await page(
    ctx,
    'storefront/checkout',
    { ...view, keys: formKeys() },
    { title: t('storefront.checkout.title') },
  )
}

/** The sums for another place, and the button that names them. Nothing when the order went out meanwhile. */
async function answerTotals(ctx: RouteCtx, cart: CartView): Promise<void> {
  if (!cart.orderable) {
    ctx.status = 204
    return
  }
  const totals = await totalsView(ctx, cart, await billTo(ctx))
  fragmentOrSeeOther(ctx, {
    href: '/checkout',
    part: ['storefront/_totals', totals],
    others: [{ template: 'storefront/_place-order', view: totals, target: '#place-order' }],
  })
}

/** A cart that cannot be ordered as it is says so on its own page. */
function isReady(ctx: RouteCtx, cart: CartView, reason?: string): boolean {
  if (!cart.orderable && cart.items.length > 0)
    flash(ctx, { tone: 'warn', text: reason ?? ctx.state.t('storefront.checkout.look_at_cart') })
  return cart.orderable
}

async function takeCheckout(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const cart = await visitorCart(ctx)
  if (!isReady(ctx, cart)) return seeOther(ctx, '/cart')
  await tryForm(ctx, {
    shown: [403, 409, 422, 429],
    labels: { terms: t('storefront.checkout.terms'), pay: t('storefront.pay.choose') },
    redraw: (problem) => drawCheckout(ctx, problem),
    async act() {
      const terms = await termsOfShop(ctx)
      requireTerms(ctx, terms.version)
      const isFree = cart.first.totalMinor === 0n
      const payWith = isFree
        ? null
        : readPayWith(field(ctx, 'pay'), await payChoices(ctx, paidWith(cart, dueOf(ctx, cart))))
      await placeAndPay(ctx, { terms: terms.version, payWith })
    },
  })
}

const paidWith = ({ items }: CartView, dueMinor: () => Promise<bigint>) => ({
  dueMinor,
  products: items.flatMap(({ units }) => units.flat().map(({ product }) => product)),
})

const dueOf = (ctx: RouteCtx, cart: CartView) => async (): Promise<bigint> =>
  (await totalsView(ctx, cart, await billTo(ctx))).totalMinor

/** In place: the cart stays, and the page goes on with the account's own address. */
async function takeSignIn(ctx: RouteCtx): Promise<void> {
  await tryForm(ctx, {
    shown: [403, 422, 429],
    redraw: (problem) => drawCheckout(ctx, { ...problem, values: { ...problem.values, known: '1' } }),
    async act() {
      const { deps, actor } = ctx.state
      const input = {
        realm_id: await requireRealm(ctx),
        email: field(ctx, 'email'),
        password: ctx.state.form.password,
        agent: ctx.get('User-Agent').slice(0, 300),
      }
      const { token } = await signIn(deps, input, actor)
      takeSession(ctx, token)
      const { actor: buyer } = await signInSession(ctx, token)
      await joinVisitorCart(ctx, buyer)
      seeOther(ctx, '/checkout')
    },
  })
}
