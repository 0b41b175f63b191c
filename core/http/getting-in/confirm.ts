import type { Router } from '@koa/router'
import { confirm } from '../../identity/index.ts'
import { NotSignedIn } from '../../kernel/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { field, formInput, page, safePath, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { homeOf, onThisSide } from './realm.ts'

/** IN-07: the password once more before a dangerous act. */
export function confirmRoutes(router: Router<State>): void {
  for (const path of ['/confirm', '/admin/confirm']) {
    router.get(path, (ctx) => drawConfirm(ctx, safePath(ctx.query.next, homeOf(ctx))))
    router.post(path, takeConfirm)
  }
}

async function takeConfirm(ctx: RouteCtx): Promise<void> {
  const next = safePath(field(ctx, 'next'), homeOf(ctx))
  const { deps, actor } = ctx.state
  await tryForm(ctx, {
    shown: [422, 429],
    redraw: (problem) => drawConfirm(ctx, next, problem),
    async act() {
      await confirm(deps, formInput(ctx, confirm.input), actor)
      seeOther(ctx, next)
    },
  })
}

async function drawConfirm(ctx: RouteCtx, next: string, problem?: FormProblem): Promise<void> {
  const { signedIn, t } = ctx.state
  if (!signedIn) throw NotSignedIn({})
  const view = {
    ...{ next, action: onThisSide(ctx, '/confirm'), cancelHref: homeOf(ctx), email: signedIn.user.email },
    errors: problem?.errors ?? [],
    fieldErrors: problem?.fieldErrors ?? {},
  }
  await page(ctx, 'getting-in/confirm', view, { title: t('getting_in.confirm.title'), area: 'system' })
}
