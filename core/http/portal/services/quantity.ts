import { invalidInput } from '../../../kernel/index.ts'
import { previewChange, requestChange, type ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { field, flash, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'
import { ownService } from './extras.ts'
import { optionChanges, previewView } from './preview-view.ts'

/** More or fewer units of an add-on: asking shows what it costs, sending orders it. */
export async function showQuantity(ctx: RouteCtx): Promise<void> {
  await draw(ctx)
}

async function draw(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t } = ctx.state
  const service = await partOf(ctx)
  const asked = new URLSearchParams(ctx.querystring).get('quantity')
  const quantity = asked === null ? service.quantity : Number(asked)
  const href = `/portal/services/${service.id}`
  const view = {
    ...{
      href,
      label: service.label,
      quantity: problem?.values.quantity ?? asked ?? String(service.quantity),
    },
    present: service.quantity,
    preview: quantity === service.quantity || problem ? null : await previewOf(ctx, service, quantity),
    ...{ errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  const title = t('extras.quantity_title', { label: service.label })
  await page(ctx, 'portal/services/quantity', view, { title })
}

async function previewOf(ctx: RouteCtx, service: ServiceRow, quantity: number) {
  const { deps, actor, t } = ctx.state
  const change = await previewChange(deps, { service_id: service.id, quantity }, actor)
  return {
    ...{ action: `/portal/services/${service.id}/quantity`, fields: [['quantity', String(quantity)]] },
    ...previewView(t, change),
    ...(await optionChanges(ctx, change)),
  }
}

export async function takeQuantity(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      const service = await partOf(ctx)
      const quantity = Number(field(ctx, 'quantity'))
      if (quantity === service.quantity) throw invalidInput({ quantity: 'is what it has already' })
      const { invoiceId } = await requestChange(deps, { service_id: service.id, quantity }, actor)
      if (invoiceId) return seeOther(ctx, `/portal/invoices/${invoiceId}/pay`)
      flash(ctx, { tone: 'good', text: t('portal.change.done') })
      seeOther(ctx, `/portal/services/${service.id}`)
    },
  })
}

/** Units are of add-ons; a service by itself is one thing, of which another is ordered. */
async function partOf(ctx: RouteCtx): Promise<ServiceRow> {
  const service = await ownService(ctx, requestChange.permission)
  if (service.parent_id === null) throw invalidInput({ quantity: 'is of add-ons only' })
  return service
}
