import type { Router } from '@koa/router'
import { endSession, signOut } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { takeSession } from '../chain/session.ts'
import { flash, fragmentOrSeeOther, seeOther } from '../page/index.ts'
import { isStaffSide, onThisSide } from './realm.ts'

/** IN-08. */
export function signOutRoutes(router: Router<State>): void {
  for (const side of ['', '/admin']) {
    router.post(`${side}/sign-out`, takeSignOut)
    router.post(`${side}/sessions/:sessionId/end`, takeEndSession)
  }
}

async function takeSignOut(ctx: RouteCtx): Promise<void> {
  const { deps, signedIn, actor, t } = ctx.state
  if (signedIn) await signOut(deps, {}, actor)
  takeSession(ctx, null)
  flash(ctx, { tone: 'good', text: t('getting_in.sign_out.done') })
  seeOther(ctx, onThisSide(ctx, '/sign-in'))
}

async function takeEndSession(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await endSession(deps, { session_id: ctx.params.sessionId }, actor)
  const href = isStaffSide(ctx) ? '/admin/me' : '/portal/security'
  fragmentOrSeeOther(ctx, { href, message: t('getting_in.sign_out.session_ended') })
}
