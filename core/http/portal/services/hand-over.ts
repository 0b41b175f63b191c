import { Type } from '../../../../sdk/index.ts'
import { sql } from '../../../db/index.ts'
import {
  familyOf,
  findService,
  obstaclesOf,
  OFFER_DAYS,
  offerTransfer,
  openTransfer,
  withdrawTransfer,
} from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { can, flash, form, formKeys, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'
import { confirmedOrAsk } from '../step-up.ts'

/** Offers the service to another client, or shows the offer that stands. */
export async function showHandOver(ctx: RouteCtx): Promise<void> {
  confirmedOrAsk(ctx)
  await draw(ctx)
}

async function draw(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  const service = await findService(deps.db, actor, { id, right: offerTransfer.permission })
  const family = await familyOf(deps.db, service)
  const open = await openTransfer(deps.db, id)
  const view = {
    ...{ href: `/portal/services/${id}`, label: service.label || (await productOf(ctx, id)) },
    offer: open && { to: open.to_email, until: open.expires_at, canWithdraw: can(ctx, withdrawTransfer) },
    parts: family.slice(1).map(({ label }) => label),
    obstacles: open ? [] : await obstaclesOf(deps, deps.db, family),
    days: OFFER_DAYS,
    values: { email: '', ...problem?.values },
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  const title = t('transfers.hand_over.title', { label: view.label })
  await page(ctx, 'portal/services/hand-over', view, { title })
}

async function productOf({ state: { deps } }: RouteCtx, id: string): Promise<string> {
  const row = await deps.db.get<{ name: string }>(
    sql`select p.name from services s join products p on p.id = s.product_id where s.id = ${id}`,
  )
  return row?.name ?? ''
}

export async function takeHandOver(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const service_id = ctx.params.serviceId!
  confirmedOrAsk(ctx)
  await tryForm(ctx, {
    labels: { email: t('transfers.hand_over.email') },
    shown: [409, 422],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      const { email } = form(ctx, Type.Object({ email: Type.String({ maxLength: 254 }) }))
      await offerTransfer(deps, { service_id, email: email.trim() }, actor)
      flash(ctx, { tone: 'good', text: t('transfers.hand_over.done', { email: email.trim() }) })
      seeOther(ctx, `/portal/services/${service_id}/hand-over`)
    },
  })
}

export async function takeWithdraw(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  await findService(deps.db, actor, { id, right: withdrawTransfer.permission })
  const open = await openTransfer(deps.db, id)
  if (open) {
    await withdrawTransfer(deps, { transfer_id: open.id }, actor)
    flash(ctx, { tone: 'good', text: t('transfers.hand_over.withdrawn') })
  }
  seeOther(ctx, `/portal/services/${id}`)
}
