import type { Router } from '@koa/router'
import { checkResetLink, requestReset, resetPassword } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { takeSession } from '../chain/session.ts'
import { flash, formInput, page, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { onThisSide, requireRealm } from './realm.ts'

/** IN-05. Asking always gets the same answer; the link works once. */
export function resetRoutes(router: Router<State>): void {
  for (const path of ['/reset', '/admin/reset']) {
    router.get(path, (ctx) => drawAsk(ctx))
    router.post(path, takeAsk)
    router.get(`${path}/:token`, showReset)
    router.post(`${path}/:token`, takeReset)
  }
}

async function takeAsk(ctx: RouteCtx): Promise<void> {
  await tryForm(ctx, {
    shown: [422, 429],
    redraw: (problem) => drawAsk(ctx, problem),
    async act() {
      const { deps, actor, t } = ctx.state
      const input = formInput(ctx, requestReset.input, { realm_id: await requireRealm(ctx) })
      await requestReset(deps, input, actor)
      const view = { email: input.email, backHref: onThisSide(ctx, '/sign-in') }
      await page(ctx, 'getting-in/reset-sent', view, { title: t('getting_in.sent.title'), area: 'system' })
    },
  })
}

async function showReset(ctx: RouteCtx): Promise<void> {
  const realmId = await requireRealm(ctx)
  const { email } = await checkResetLink(ctx.state.deps, { realmId, token: ctx.params.token! })
  await drawReset(ctx, email)
}

async function takeReset(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const realmId = await requireRealm(ctx)
  const { email } = await checkResetLink(deps, { realmId, token: ctx.params.token! })
  await tryForm(ctx, {
    shown: [422],
    redraw: (problem) => drawReset(ctx, email, problem),
    async act() {
      const set = { realm_id: realmId, token: ctx.params.token }
      await resetPassword(deps, formInput(ctx, resetPassword.input, set), actor)
      takeSession(ctx, null)
      flash(ctx, { tone: 'good', text: t('getting_in.reset.done') })
      seeOther(ctx, onThisSide(ctx, '/sign-in'))
    },
  })
}

async function drawAsk(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const view = {
    action: onThisSide(ctx, '/reset'),
    backHref: onThisSide(ctx, '/sign-in'),
    email: problem?.values.email ?? ctx.query.email ?? '',
    errors: problem?.errors ?? [],
    fieldErrors: problem?.fieldErrors ?? {},
  }
  await page(ctx, 'getting-in/reset-ask', view, {
    title: ctx.state.t('getting_in.reset.title'),
    area: 'system',
  })
}

async function drawReset(ctx: RouteCtx, email: string, problem?: FormProblem): Promise<void> {
  const action = onThisSide(ctx, `/reset/${ctx.params.token}`)
  const view = { action, email, errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} }
  await page(ctx, 'getting-in/reset', view, {
    title: ctx.state.t('getting_in.reset.new_title'),
    area: 'system',
  })
}
