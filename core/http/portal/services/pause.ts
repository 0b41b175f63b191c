import { pauseService, resumeService, termsOf } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { flash, formKeys, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'
import { ownService } from './extras.ts'

/** What a pause does to the service and to what is charged, before it is made. */
export async function showPause(ctx: RouteCtx): Promise<void> {
  await draw(ctx)
}

async function draw(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, t } = ctx.state
  const service = await ownService(ctx, pauseService.permission)
  const { pause } = await termsOf(deps.db, service)
  const view = {
    ...{ href: `/portal/services/${service.id}`, label: service.label, policy: pause },
    ...{ through: service.charged_through, isPossible: service.billing_status === 'active' },
    ...{ keys: formKeys(), errors: problem?.errors ?? [] },
  }
  const title = t('extras.pause.title', { label: service.label })
  await page(ctx, 'portal/services/pause', view, { title })
}

export async function takePause(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const service_id = ctx.params.serviceId!
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      await pauseService(deps, { service_id }, actor)
      flash(ctx, { tone: 'good', text: t('extras.pause.done') })
      seeOther(ctx, `/portal/services/${service_id}`)
    },
  })
}

export async function takeResume(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await resumeService(deps, { service_id: ctx.params.serviceId }, actor)
  flash(ctx, { tone: 'good', text: t('extras.pause.resumed') })
  seeOther(ctx, `/portal/services/${ctx.params.serviceId}`)
}
