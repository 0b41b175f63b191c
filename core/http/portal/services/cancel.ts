import { Type } from '../../../../sdk/index.ts'
import { money } from '../../../../sdk/index.ts'
import {
  cancelService,
  endOfTerm,
  planUnused,
  showService,
  type ShownService,
} from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { flash, form, formKeys, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'

const REASONS = ['not_needed', 'too_expensive', 'missing', 'problems', 'moving', 'other'] as const

/** CP-05. */
export async function showCancel(ctx: RouteCtx): Promise<void> {
  await drawCancel(ctx)
}

export async function takeCancel(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const service_id = ctx.params.serviceId!
  await tryForm(ctx, {
    labels: { at: t('portal.cancel.when') },
    redraw: (problem) => drawCancel(ctx, problem),
    async act() {
      const wish = form(ctx, Wish)
      const reason = [t(`portal.cancel.reasons.${wish.reason}`), wish.note?.trim()].filter(Boolean).join(': ')
      const { effectiveOn } = await cancelService(deps, { service_id, at: wish.at, reason }, actor)
      const isNow = effectiveOn <= deps.business.today(ctx.state.zone)
      flash(ctx, { tone: 'good', text: t(`portal.cancel.${isNow ? 'done_now' : 'done'}`) })
      seeOther(ctx, `/portal/services/${service_id}`)
    },
  })
}

const Wish = Type.Object({
  at: Type.Union([Type.Literal('now'), Type.Literal('end')]),
  reason: Type.Union(REASONS.map((reason) => Type.Literal(reason))),
  note: Type.Optional(Type.String({ maxLength: 900 })),
})

async function drawCancel(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, actor, t, zone } = ctx.state
  const shown = await showService(deps, { service_id: ctx.params.serviceId }, actor)
  const today = deps.business.today(zone)
  const endsOn = await endOfTerm(deps.db, shown.service, today)
  const { service, productName } = shown
  const view = {
    ...{ label: service.label || productName, href: `/portal/services/${service.id}` },
    ...{ endsOn: endsOn > today ? endsOn : null, plannedOn: service.cancel_on, parts: partLabels(shown) },
    ...(await unusedView(ctx, shown)),
    isEnded: service.billing_status === 'ended',
    reasons: REASONS.map((value) => ({ value, label: t(`portal.cancel.reasons.${value}`) })),
    values: { at: endsOn > today ? 'end' : 'now', reason: '', note: '', ...problem?.values },
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/services/cancel', view, { title: t('portal.cancel.title', { label: view.label }) })
}

/** What comes back when it ends now, and where it goes; nothing where the shop keeps it. */
async function unusedView({ state: { deps } }: RouteCtx, { service, parts }: ShownService) {
  const left = parts.filter((part) => part.billing_status !== 'ended')
  const ending = { whole: service, parts: () => Promise.resolve(left), cause: 'preview' }
  const { policy, amountMinor } = await planUnused(deps, deps.db, ending)
  return { unused: amountMinor < 0n ? money(-amountMinor, service.currency) : null, unusedTo: policy }
}

const partLabels = ({ parts }: ShownService): string[] =>
  parts.filter((part) => part.billing_status !== 'ended').map(({ label }) => label)
