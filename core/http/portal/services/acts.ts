import { findService, signOn, type ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import {
  field,
  flash,
  formKeys,
  fragmentOrSeeOther,
  page,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { acted, actsView, openForm, sentInput } from '../../service-acts/index.ts'
import { leave } from '../leave.ts'
import { usageView } from './usage-view.ts'

const readerOf = ({ state: { t, deps, actor } }: RouteCtx) => ({ t, means: deps, actor })

const hrefOf = (ctx: RouteCtx): string => `/portal/services/${ctx.params.serviceId}`

/** What can be done to one service, and what was done. */
export async function showActs(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const service = await findService(deps.db, actor, { id: ctx.params.serviceId!, right: 'service.read' })
  const href = hrefOf(ctx)
  const part = `service-${service.id}-acts`
  const acts = await actsView(readerOf(ctx), service, href)
  const view = { ...acts, ...{ id: part, href, label: service.label, keys: formKeys() } }
  await page(ctx, 'portal/services/acts', view, {
    title: t('acts.title', { label: service.label }),
    parts: { [part]: ['portal/services/_acts', view] },
  })
}

export async function showAct(ctx: RouteCtx): Promise<void> {
  const { snapshot } = ctx.query
  await drawAct(ctx, undefined, typeof snapshot === 'string' ? { snapshot } : {})
}

export async function takeAct(ctx: RouteCtx): Promise<void> {
  const { serviceId, action } = ctx.params as { serviceId: string; action: string }
  const isPower = action === 'power'
  await tryForm(ctx, {
    redraw: (problem) => (isPower ? refusedPower(ctx, problem) : drawAct(ctx, problem, valuesOf(ctx))),
    fieldOf: (name) => name.replace(/^values\./, ''),
    async act() {
      const input = await sentInput(openedOf(ctx), ctx.state.form)
      const { message } = await acted(readerOf(ctx), action, input)
      const usage = usageView(ctx.state.t, serviceId, null)
      if (isPower)
        return fragmentOrSeeOther(ctx, {
          ...{ href: hrefOf(ctx), message, part: ['portal/services/_usage', { ...usage, isFresh: true }] },
        })
      flash(ctx, { tone: 'good', text: message })
      seeOther(ctx, `${hrefOf(ctx)}/actions`)
    },
  })
}

/** To the provider's page, as whom it knows; the address is in this answer and nowhere else. */
export async function takeSignOn(ctx: RouteCtx): Promise<void> {
  const { deps, actor } = ctx.state
  const service_id = ctx.params.serviceId!
  await tryForm(ctx, {
    async redraw({ errors }) {
      flash(ctx, { tone: 'warn', text: errors[0]!.message })
      seeOther(ctx, hrefOf(ctx))
    },
    async act() {
      const { url } = await signOn(deps, { service_id }, actor)
      const { label } = await findService(deps.db, actor, { id: service_id, right: signOn.permission })
      await leave(ctx, url, { name: label, backHref: hrefOf(ctx) })
    },
  })
}

/** The buttons have no page of their own: the refusal is said above the service. */
async function refusedPower(ctx: RouteCtx, { errors }: FormProblem): Promise<void> {
  flash(ctx, { tone: 'warn', text: errors[0]!.message })
  seeOther(ctx, hrefOf(ctx))
}

const openedOf = (ctx: RouteCtx) => ({
  ...readerOf(ctx),
  ...{ serviceId: ctx.params.serviceId!, action: ctx.params.action! },
  own: field(ctx, 'own') || (typeof ctx.query.own === 'string' ? ctx.query.own : undefined),
})

function valuesOf(ctx: RouteCtx): Record<string, unknown> {
  const { values } = ctx.state.form
  return typeof values === 'object' && !Array.isArray(values) ? values : {}
}

async function drawAct(
  ctx: RouteCtx,
  problem: FormProblem | undefined,
  values: Record<string, unknown>,
): Promise<void> {
  const errors = problem?.fieldErrors
  const form = await openForm({ ...openedOf(ctx), values, ...(errors ? { errors } : {}) })
  const href = hrefOf(ctx)
  const view = {
    ...{ href, label: titleOf(form.service), action: `${href}/actions/${form.name}` },
    ...{ title: form.title, text: form.text, warning: form.warning, fields: form.fields },
    ...{ submit: form.submit },
    ...{ own: form.own?.name ?? null, keys: formKeys(), errors: problem?.errors ?? [] },
  }
  await page(ctx, 'portal/services/act', view, { title: form.title })
}

const titleOf = ({ label }: ServiceRow): string => label
