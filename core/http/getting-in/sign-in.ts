import type { Router } from '@koa/router'
import { signIn, signOut } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { takeSession } from '../chain/session.ts'
import { joinVisitorCart } from '../storefront/visitor-cart.ts'
import { field, formInput, page, safePath, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { homeOf, isStaffSide, onThisSide, requireRealm } from './realm.ts'

/** IN-01 and IN-11. */
export function signInRoutes(router: Router<State>): void {
  for (const path of ['/sign-in', '/admin/sign-in']) {
    router.get(path, showSignIn)
    router.post(path, takeSignIn)
  }
}

async function showSignIn(ctx: RouteCtx): Promise<void> {
  const next = safePath(ctx.query.next, homeOf(ctx))
  if (ctx.state.signedIn) return seeOther(ctx, next)
  await drawSignIn(ctx, next)
}

async function takeSignIn(ctx: RouteCtx): Promise<void> {
  const next = safePath(field(ctx, 'next'), homeOf(ctx))
  await tryForm(ctx, {
    shown: [403, 422, 429],
    redraw: (problem) => drawSignIn(ctx, next, problem),
    act: async () => {
      const { deps, actor, signedIn } = ctx.state
      const set = { realm_id: await requireRealm(ctx), agent: ctx.get('User-Agent').slice(0, 300) }
      const input = formInput(ctx, signIn.input, set)
      const { token, session } = await signIn(deps, input, actor)
      if (signedIn) await signOut(deps, {}, actor)
      takeSession(ctx, token, input.remember === true && !isStaffSide(ctx) ? 90 : undefined)
      if (!isStaffSide(ctx)) await joinVisitorCart(ctx, { ...actor, kind: 'client', id: session.user_id })
      seeOther(ctx, next)
    },
  })
}

async function drawSignIn(ctx: RouteCtx, next: string, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const staff = isStaffSide(ctx)
  const view = {
    ...{ next, staff, action: onThisSide(ctx, '/sign-in'), resetHref: onThisSide(ctx, '/reset') },
    email: problem?.values.email ?? '',
    errors: problem?.errors ?? [],
    fieldErrors: problem?.fieldErrors ?? {},
    ...(staff ? {} : { signUpHref: `/sign-up?next=${encodeURIComponent(next)}` }),
  }
  await page(ctx, 'getting-in/sign-in', view, { title: t('getting_in.sign_in.title'), area: 'system' })
}
