import { Type } from '../../../../sdk/index.ts'
import { money } from '../../../../sdk/index.ts'
import { sql, type Queries } from '../../../db/index.ts'
import { invalidInput } from '../../../kernel/index.ts'
import { permit, readSetting } from '../../../records/index.ts'
import {
  acceptStayOffer,
  cancelReason,
  cancelReasons,
  cancelService,
  endOfTerm,
  findService,
  offerToStay,
  planUnused,
  unusedDraft,
  showService,
  standingOffer,
  type ServiceRow,
} from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { can, flash, form, formKeys, page, seeOther, tryForm, type FormProblem } from '../../page/index.ts'

const REASONS = ['not_needed', 'too_expensive', 'missing', 'problems', 'moving', 'other'] as const

/** CP-05. */
export async function showCancel(ctx: RouteCtx): Promise<void> {
  await drawCancel(ctx)
}

export async function takeCancel(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const service_id = ctx.params.serviceId!
  await tryForm(ctx, {
    labels: { at: t('portal.cancel.when') },
    redraw: (problem) => drawCancel(ctx, problem),
    async act() {
      const wish = await wishOf(ctx)
      if (await offers(ctx, wish)) return seeOther(ctx, `/portal/services/${service_id}/cancel/offer`)
      await cancelNow(ctx, wish)
    },
  })
}

/** The cancellation all the same, as the page of the offer said it: another member may have wished otherwise since. */
export async function takeDecline(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  if (!(await standingOffer(deps, id, actor))) return seeOther(ctx, `/portal/services/${id}/cancel`)
  await tryForm(ctx, {
    labels: { at: t('portal.cancel.when') },
    redraw: (problem) => drawCancel(ctx, problem),
    act: async () => cancelNow(ctx, await wishOf(ctx)),
  })
}

const Wish = Type.Object({
  at: Type.Union([Type.Literal('now'), Type.Literal('end')]),
  reason: Type.Optional(Type.String({ maxLength: 64 })),
  note: Type.Optional(Type.String({ maxLength: 900 })),
})

interface Wished {
  at: 'now' | 'end'
  note: string
  /** Of the reason, in words for staff. */
  name: string
  /** One of the shop's own. */
  reason_id: string | null
}

async function wishOf(ctx: RouteCtx): Promise<Wished> {
  const { deps, actor } = ctx.state
  const { at, reason = '', note = '' } = form(ctx, Wish)
  const wanted = { id: ctx.params.serviceId!, right: cancelService.permission }
  const service = await findService(deps.db, actor, wanted)
  return { at, note: note.trim(), ...(await chosenReason(ctx, { service, reason, note: note.trim() })) }
}

async function cancelNow(ctx: RouteCtx, { at, note, name, reason_id }: Wished): Promise<void> {
  const { deps, actor, t, zone } = ctx.state
  const service_id = ctx.params.serviceId!
  const reason = [name, note].filter(Boolean).join(': ')
  const input = { service_id, at, reason, ...(reason_id === null ? {} : { reason_id }) }
  const { effectiveOn } = await cancelService(deps, input, actor)
  const isNow = effectiveOn <= deps.business.today(zone)
  flash(ctx, { tone: 'good', text: t(`portal.cancel.${isNow ? 'done_now' : 'done'}`) })
  seeOther(ctx, `/portal/services/${service_id}`)
}

/** What was chosen, in words for staff: one of the shop's reasons, or of those that every shop has. */
async function chosenReason(
  { state: { deps, t } }: RouteCtx,
  { service, reason, note }: { service: ServiceRow; reason: string; note: string },
): Promise<{ name: string; reason_id: string | null }> {
  const { rule, own } = await askedOf(deps.db, service)
  if (reason === '') {
    if (rule === 'required') throw invalidInput({ reason: 'is missing' })
    return { name: t('portal.cancel.no_reason'), reason_id: null }
  }
  if (own.length === 0) {
    const builtIn = REASONS.find((one) => one === reason)
    if (!builtIn) throw invalidInput({ reason: 'must be one of those offered' })
    return { name: t(`portal.cancel.reasons.${builtIn}`), reason_id: null }
  }
  const chosen = own.find(({ id }) => id === reason)
  if (!chosen) throw invalidInput({ reason: 'must be one of those offered' })
  if (chosen.asks_note === 1 && note === '') throw invalidInput({ note: 'is missing' })
  return { name: chosen.name, reason_id: chosen.id }
}

/** Whether a reason has to be given, and the reasons of the shop. */
async function askedOf(queries: Queries, service: ServiceRow) {
  const of = { brand: service.brand_id, product: service.product_id }
  return { rule: await readSetting(queries, cancelReason, of), own: await cancelReasons(queries, service) }
}

/** Whether there is an offer to be looked at first. Whoever may not take one is not made any. */
async function offers(ctx: RouteCtx, { reason_id, at, note }: Wished): Promise<boolean> {
  const { deps, actor } = ctx.state
  if (reason_id === null || !can(ctx, offerToStay) || !can(ctx, acceptStayOffer)) return false
  const input = { service_id: ctx.params.serviceId, reason_id, at, note }
  return (await offerToStay(deps, input, actor)) !== null
}

async function drawCancel(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, actor, t, zone } = ctx.state
  permit(showService, actor)
  const wanted = { id: ctx.params.serviceId!, right: showService.permission }
  const service = await findService(deps.db, actor, wanted)
  const { productName, parts } = await familyOf(deps.db, service)
  const today = deps.business.today(zone)
  const endsOn = await endOfTerm(deps.db, service, today)
  const { rule, own } = await askedOf(deps.db, service)
  const view = {
    ...{ label: service.label || productName, href: `/portal/services/${service.id}` },
    ...{
      endsOn: endsOn > today ? endsOn : null,
      plannedOn: service.cancel_on,
      parts: parts.map(({ label }) => label),
    },
    ...(await unusedView(ctx, service, parts)),
    isEnded: service.billing_status === 'ended',
    reasons:
      own.length > 0
        ? own.map(({ id, name }) => ({ value: id, label: name }))
        : REASONS.map((value) => ({ value, label: t(`portal.cancel.reasons.${value}`) })),
    isReasonRequired: rule === 'required',
    values: { at: endsOn > today ? 'end' : 'now', reason: '', note: '', ...problem?.values },
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/services/cancel', view, { title: t('portal.cancel.title', { label: view.label }) })
}

/** The name of what it is, and its parts that go with it. */
async function familyOf(
  queries: Queries,
  { id }: ServiceRow,
): Promise<{ productName: string; parts: ServiceRow[] }> {
  const rows = await queries.all<ServiceRow & { product_name: string }>(sql`
    select s.*, p.name as product_name from services s join products p on p.id = s.product_id
    where s.id = ${id} or (s.parent_id = ${id} and s.billing_status <> 'ended') order by s.id`)
  const own = rows.find((row) => row.id === id)
  return { productName: own?.product_name ?? '', parts: rows.filter((row) => row.id !== id) }
}

/** What comes back when it ends now, before tax, and where it goes; nothing where the shop keeps it. */
async function unusedView({ state: { deps } }: RouteCtx, whole: ServiceRow, parts: readonly ServiceRow[]) {
  const ending = { whole, parts: () => Promise.resolve(parts), cause: 'preview' }
  const { policy, lines } = await planUnused(deps, deps.db, ending)
  const nothing = { unused: null, unusedTo: policy, promotional: null }
  if (lines.length === 0) return nothing
  const draft = unusedDraft(deps, whole, { cause: 'preview', lines })
  const { subtotalMinor, promotionalMinor } = await deps.changes.sums(deps, deps.db, draft)
  if (subtotalMinor >= 0n) return nothing
  return {
    ...{ unused: money(-subtotalMinor, whole.currency), unusedTo: policy },
    promotional: promotionalMinor === 0n ? null : money(promotionalMinor, whole.currency),
  }
}
