import { money } from '../../../../sdk/index.ts'
import { listProducts, pricesOn, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound, recurs } from '../../../kernel/index.ts'
import { findRow } from '../../../records/index.ts'
import {
  cancelChange,
  isTermOver,
  previewChange,
  requestChange,
  type ChangeRow,
  type ServiceRow,
} from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { offeredWish } from '../../offered-wish.ts'
import {
  field,
  flash,
  fragment,
  isPartial,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { cycleText } from '../cycle-text.ts'
import { optionForm, optionLabels } from './change-options.ts'
import { optionChanges, previewView } from './preview-view.ts'

/** CP-04: plans of the same group that are delivered the same way, and the options that may change. */
export const showChange = (ctx: RouteCtx): Promise<void> => drawChange(ctx, [])

/** `problems`: why the change that was asked for was refused. */
async function drawChange(ctx: RouteCtx, problems: readonly string[]): Promise<void> {
  const service = await findService(ctx)
  const { deps, t, zone } = ctx.state
  const day = deps.business.today(zone)
  const products = await plansFor(ctx, service)
  const asked = new URLSearchParams(ctx.querystring)
  const { fields, isOutdated } = await optionForm(ctx, service, asked)
  const plans = products.flatMap((product) =>
    pricesOn(product, service.currency, day)
      .filter(({ cycle }) => recurs(cycle))
      .map(({ cycle, amountMinor }) => ({
        value: `${product.id} ${cycle}`,
        label: product.name,
        hint: product.summary,
        price: money(amountMinor * BigInt(service.quantity), service.currency),
        cycle: cycleText(t, cycle),
        isPresent: product.id === service.product_id && cycle === service.cycle,
      })),
  )
  const href = `/portal/services/${service.id}`
  const view = {
    ...{ id: service.id, label: service.label, href, previewHref: `${href}/upgrade/preview`, plans },
    plan: asked.get('plan') ?? `${service.product_id} ${service.cycle}`,
    options: fields,
    isOutdated: isOutdated && asked.size > 0,
    problems,
    isPossible: service.billing_status === 'active' && !isTermOver(service, day),
  }
  await page(ctx, 'portal/services/change', view, {
    title: t('portal.change.title', { label: service.label }),
    parts: { 'change-options': ['portal/services/_change-options', view] },
  })
}

/**
 * The sums of a choice: a part of the page above, and a page to confirm on. Nothing is changed by looking. Where the form
 * did not show what its choices offer, a browser without scripts gets the form again.
 */
export async function showPreview(ctx: RouteCtx): Promise<void> {
  try {
    await drawPreview(ctx)
  } catch (error) {
    // What the options are called is read where it is needed.
    await tryForm(ctx, {
      labels: await optionLabels(ctx, await findService(ctx)),
      shown: REFUSED,
      async redraw({ errors }) {
        const problems = reasonsOf(errors)
        if (isPartial(ctx)) fragment(ctx, 'portal/services/_refused', { problems })
        else await drawChange(ctx, problems)
      },
      act: () => Promise.reject(error as Error),
    })
  }
}

/** What was offered when the page was drawn may be gone since: that is said in the form too. */
const REFUSED = [404, 409, 422]

const reasonsOf = (errors: FormProblem['errors']): string[] =>
  errors.map(({ label, message }) => (label === '' ? message : `${label}: ${message}`))

async function drawPreview(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  const asked = new URLSearchParams(ctx.querystring)
  const { wish, isConditional } = await offeredWish(ctx.state, wishOf(id, asked), requestChange.permission)
  if (isConditional) {
    const { wished, isOutdated } = await optionForm(ctx, await findService(ctx), asked)
    if (isOutdated && !isPartial(ctx)) return showChange(ctx)
    wish.options = wished
  }
  const change = await previewChange(deps, wish, actor)
  const href = `/portal/services/${id}`
  const plan = asked.get('plan')
  const view = {
    ...{ id, href, action: `${href}/upgrade` },
    fields: [
      ...(plan === null ? [] : [['plan', plan]]),
      ...wish.options.map(({ option_id, value }) => [`o.${option_id}`, value]),
    ],
    ...previewView(t, change),
    ...(await optionChanges(ctx, change)),
  }
  await page(ctx, 'portal/services/preview', view, {
    title: t('portal.change.preview'),
    parts: { 'change-preview': ['portal/services/_preview', view] },
  })
}

export async function takeChange(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  const asked = new URLSearchParams()
  for (const name of Object.keys(ctx.state.form)) asked.set(name, field(ctx, name))
  await tryForm(ctx, {
    labels: await optionLabels(ctx, await findService(ctx)),
    shown: REFUSED,
    redraw: ({ errors }) => drawChange(ctx, reasonsOf(errors)),
    async act() {
      const { wish } = await offeredWish(ctx.state, wishOf(id, asked), requestChange.permission)
      const { invoiceId } = await requestChange(deps, wish, actor)
      if (invoiceId) return seeOther(ctx, `/portal/invoices/${invoiceId}/pay`)
      flash(ctx, { tone: 'good', text: t('portal.change.done') })
      seeOther(ctx, `/portal/services/${id}`)
    },
  })
}

export async function takeCancelChange(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { changeId, serviceId } = ctx.params
  const scope = { service: 'service_id', right: 'service.cancel_change' }
  const row = await findRow<ChangeRow>(deps.db, actor, {
    ...{ table: 'service_changes', what: 'service change', id: changeId!, scope },
  })
  if (row.service_id !== serviceId) throw NotFound({ what: 'service change', id: changeId! })
  await cancelChange(deps, { change_id: changeId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.change.taken_back') })
  seeOther(ctx, `/portal/services/${serviceId}`)
}

/** "plan" is a product and a cycle. */
function planOf(asked: URLSearchParams): { product_id?: string; cycle?: string } {
  const [product_id, cycle] = (asked.get('plan') ?? '').split(' ')
  return product_id && cycle ? { product_id, cycle } : {}
}

/** "o.<option>" is a value, number or tick. */
function wishOf(service_id: string, asked: URLSearchParams) {
  const options = [...asked].flatMap(([name, value]) =>
    name.startsWith('o.') ? [{ option_id: name.slice(2), value_id: value, value }] : [],
  )
  return { service_id, options, ...planOf(asked) }
}

function findService(ctx: RouteCtx): Promise<ServiceRow> {
  const { actor } = requireClient(ctx)
  const scope = { service: 'id', right: requestChange.permission }
  const id = ctx.params.serviceId!
  return findRow<ServiceRow>(ctx.state.deps.db, actor, { table: 'services', what: 'service', id, scope })
}

async function plansFor(ctx: RouteCtx, service: ServiceRow): Promise<Product[]> {
  const { db } = ctx.state.deps
  const row = await db.get<{ group_id: string }>(
    sql`select group_id from products where id = ${service.product_id}`,
  )
  const products = await listProducts(db, service.brand_id, {
    groupIds: row ? [row.group_id] : [],
    clientId: service.client_id,
  })
  return products.filter(
    (product) =>
      product.id === service.product_id ||
      (product.status === 'active' && product.instanceId === service.instance_id),
  )
}
