import { editService } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { field, flash, formKeys, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'
import { ownService } from './extras.ts'

/** The client's own name for a service, and whether its renewals are charged by themselves. */
export async function showEdit(ctx: RouteCtx): Promise<void> {
  await draw(ctx)
}

async function draw(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const service = await ownService(ctx, editService.permission)
  const sent = problem?.values
  const view = {
    ...{ href: `/portal/services/${service.id}`, label: service.label, keys: formKeys() },
    values: {
      label: sent?.label ?? service.label,
      autoCharge: sent ? Boolean(sent.auto_charge) : service.auto_charge === 1,
    },
    ...{ errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/services/edit', view, { title: t('extras.edit.title', { label: service.label }) })
}

export async function takeEdit(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const service_id = ctx.params.serviceId!
  await tryForm(ctx, {
    shown: [409, 422],
    labels: { label: t('extras.edit.label') },
    redraw: (problem) => draw(ctx, problem),
    async act() {
      const wish = { label: field(ctx, 'label'), auto_charge: field(ctx, 'auto_charge') !== '' }
      await editService(deps, { service_id, ...wish }, actor)
      flash(ctx, { tone: 'good', text: t('extras.edit.done') })
      seeOther(ctx, `/portal/services/${service_id}`)
    },
  })
}
