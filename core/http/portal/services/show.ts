import { confirmedOrAsk } from '../step-up.ts'
import {
  readServiceFile,
  readUsage,
  revealAccess,
  showService,
  undoCancellation,
  usageDays,
} from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { fragment, isPartial, page, seeOther } from '../../page/index.ts'
import { serviceView } from './service-view.ts'
import { usageTable, usageView } from './usage-view.ts'

const USAGE_DAYS = 7

/** CP-03. */
export async function showOne(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const shown = await showService(deps, { service_id: ctx.params.serviceId }, actor)
  const view = serviceView(ctx, shown)
  const usage = usageTable(t, await usageDays(deps.db, view.id, USAGE_DAYS))
  await page(
    ctx,
    'portal/services/show',
    { ...view, usage },
    {
      title: view.label,
      parts: { [`service-${view.id}`]: ['portal/services/_service', view] },
      slots: [{ slot: 'portal.service.aside', record: view.id }],
    },
  )
}

/** One secret, for this once; it stands in no page that could be kept or sent on. */
export async function takeReveal(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { serviceId, position } = ctx.params
  confirmedOrAsk(ctx)
  const secret = await revealAccess(deps, { service_id: serviceId, position: Number(position) }, actor)
  const view = { ...secret, id: `access-${serviceId}-${position}`, backHref: `/portal/services/${serviceId}` }
  if (isPartial(ctx)) return fragment(ctx, 'portal/services/_secret', view)
  await page(ctx, 'portal/services/secret', view, { title: t('portal.service.access') })
}

/** Asked of the provider, so it comes after the page; on its own address it is a page. */
export async function showUsage(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  const view = usageView(t, id, await readUsage(deps, { service_id: id }, actor))
  await page(ctx, 'portal/services/usage', view, {
    title: t('portal.usage.title'),
    parts: { [`service-${id}-usage`]: ['portal/services/_usage', view] },
  })
}

/** Always as a download: whatever it is, it never runs as a page of ours. */
export async function sendFile(ctx: RouteCtx): Promise<void> {
  const { deps, actor } = ctx.state
  const { serviceId = '', fieldId = '' } = ctx.params
  const { file, bytes } = await readServiceFile(deps, { serviceId, fieldId }, actor)
  ctx.type = file.media_type
  ctx.attachment(file.file_name)
  ctx.body = bytes
}

export async function takeUndo(ctx: RouteCtx): Promise<void> {
  const { deps, actor } = ctx.state
  await undoCancellation(deps, { service_id: ctx.params.serviceId }, actor)
  seeOther(ctx, `/portal/services/${ctx.params.serviceId}`)
}
