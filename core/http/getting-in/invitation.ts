import type { Router } from '@koa/router'
import { acceptInvitation, findInvitation } from '../../clients/index.ts'
import { takeSession } from '../chain/session.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, formInput, page, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { requireRealm } from './realm.ts'

/** Following the link shows who invites whom: mail scanners follow links, too, and must not use it up. */
export function invitationRoutes(router: Router<State>): void {
  router.get('/invitation/:token', (ctx) => drawInvitation(ctx))
  router.post('/invitation/:token', takeInvitation)
}

async function drawInvitation(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, t } = ctx.state
  const wanted = { token: ctx.params.token!, realmId: await requireRealm(ctx) }
  const invitation = await findInvitation(deps, deps.db, wanted)
  const view = {
    action: `/invitation/${ctx.params.token}`,
    ...{ client: invitation.client, by: invitation.invited_by_name, email: invitation.email },
    service: invitation.service,
    hasAccount: invitation.has_account,
    name: problem?.values.name ?? '',
    ...{ errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'getting-in/invitation', view, { title: t('getting_in.invitation.title'), area: 'system' })
}

/** Whoever has an account already signs in to it, unless that is done. */
async function takeInvitation(ctx: RouteCtx): Promise<void> {
  await tryForm(ctx, {
    shown: [409, 422, 429],
    redraw: (problem) => drawInvitation(ctx, problem),
    async act() {
      const { deps, actor, t, locale, signedIn } = ctx.state
      const set = {
        ...{ realm_id: await requireRealm(ctx), token: ctx.params.token, locale },
        agent: ctx.get('User-Agent').slice(0, 300),
      }
      const done = await acceptInvitation(deps, formInput(ctx, acceptInvitation.input, set), actor)
      if (done.session) takeSession(ctx, done.session.token)
      flash(ctx, { tone: 'good', text: t('getting_in.invitation.done') })
      const isIn = done.session !== null || signedIn?.user.id === done.user_id
      seeOther(ctx, isIn ? '/portal/switch' : '/sign-in?next=%2Fportal%2Fswitch')
    },
  })
}
