import type { Router } from '@koa/router'
import { Type } from '../../../sdk/index.ts'
import { Profile, signUp } from '../../clients/index.ts'
import { passwordProblem } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  checkField,
  countryOptions,
  field,
  page,
  requireBrand,
  safePath,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'

/** IN-03. The answer is the same whether the address has an account already. */
export function signUpRoutes(router: Router<State>): void {
  router.get('/sign-up', showSignUp)
  router.post('/sign-up', takeSignUp)
  router.post('/sign-up/check', checkSignUp)
}

/** Says nothing of whether the address has an account. */
function checkSignUp(ctx: RouteCtx): void {
  const { password } = ctx.state.form
  const person = { name: field(ctx, 'name'), email: field(ctx, 'email') }
  const text = typeof password === 'string' ? password : ''
  checkField(ctx, Asked, { password: passwordProblem(text, person) })
}

const Asked = Type.Pick(Profile, ['name', 'email', 'country'])

async function showSignUp(ctx: RouteCtx): Promise<void> {
  const next = safePath(ctx.query.next, '/portal')
  requireBrand(ctx)
  if (ctx.state.signedIn) return seeOther(ctx, next)
  await drawSignUp(ctx, next)
}

async function takeSignUp(ctx: RouteCtx): Promise<void> {
  const next = safePath(field(ctx, 'next'), '/portal')
  await tryForm(ctx, {
    shown: [422, 429],
    redraw: (problem) => drawSignUp(ctx, next, problem),
    async act() {
      const { deps, actor, locale, currency } = ctx.state
      const profile = { name: field(ctx, 'name'), email: field(ctx, 'email'), country: field(ctx, 'country') }
      const { password } = ctx.state.form
      const wanted = { brand_id: requireBrand(ctx).id, password, currency, locale, profile }
      await signUp(deps, wanted, actor)
      await drawSent(ctx, profile.email, next)
    },
  })
}

async function drawSignUp(ctx: RouteCtx, next: string, problem?: FormProblem): Promise<void> {
  const { t, locale } = ctx.state
  const chosen = problem?.values.country ?? countryOfBrowser(ctx)
  const view = {
    next,
    values: { name: '', email: '', ...problem?.values, country: chosen },
    countries: countryOptions(locale),
    errors: problem?.errors ?? [],
    fieldErrors: problem?.fieldErrors ?? {},
    signInHref: `/sign-in?next=${encodeURIComponent(next)}`,
  }
  await page(ctx, 'getting-in/sign-up', view, { title: t('getting_in.sign_up.title'), area: 'system' })
}

async function drawSent(ctx: RouteCtx, email: string, next: string): Promise<void> {
  const view = { email, signInHref: `/sign-in?next=${encodeURIComponent(next)}` }
  await page(ctx, 'getting-in/sign-up-sent', view, {
    title: ctx.state.t('getting_in.sent.title'),
    area: 'system',
  })
}

/** "de-AT" says Austria; a guess, to be changed in the form. */
function countryOfBrowser(ctx: RouteCtx): string {
  const region = /^[a-z]{2,3}-([A-Z]{2})$/i.exec(ctx.acceptsLanguages()[0] ?? '')?.[1]
  return region?.toUpperCase() ?? ''
}
