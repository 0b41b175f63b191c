import type { Router } from '@koa/router'
import { requestVerification, verifyEmail } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, page, requireUser, seeOther } from '../page/index.ts'
import { homeOf, onThisSide, requireRealm } from './realm.ts'

/** IN-04. Following the link shows a button: mail scanners follow links, too, and must not use it up. */
export function verifyRoutes(router: Router<State>): void {
  router.post('/verify-email/resend', resend)
  for (const path of ['/verify-email', '/admin/verify-email']) {
    router.get(`${path}/:token`, showVerify)
    router.post(`${path}/:token`, takeVerify)
  }
}

async function showVerify(ctx: RouteCtx): Promise<void> {
  const view = { action: onThisSide(ctx, `/verify-email/${ctx.params.token}`) }
  await page(ctx, 'getting-in/verify-email', view, {
    title: ctx.state.t('getting_in.verify.title'),
    area: 'system',
  })
}

async function takeVerify(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t, signedIn } = ctx.state
  const { email, user_id } = await verifyEmail(
    deps,
    { realm_id: await requireRealm(ctx), token: ctx.params.token },
    actor,
  )
  flash(ctx, { tone: 'good', text: t('getting_in.verify.done', { email }) })
  // A change of the address has ended the sessions elsewhere, perhaps also that of this browser.
  seeOther(ctx, signedIn?.user.id === user_id ? homeOf(ctx) : onThisSide(ctx, '/sign-in'))
}

async function resend(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const { user, actor } = requireUser(ctx)
  await requestVerification(deps, {}, actor)
  flash(ctx, { tone: 'good', text: t('getting_in.verify.sent', { email: user.email }) })
  seeOther(ctx, '/portal')
}
