import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import {
  chargeKey,
  chargeMany,
  chargeOn,
  chargeText,
  checkPayment,
  getPayment,
  listGateways,
  listMethods,
  offers,
  paymentsFor,
  startMany,
  type GatewayRules,
} from '../../../billing/index.ts'
import { all, sql } from '../../../db/index.ts'
import { invalidInput, type IsoDate } from '../../../kernel/index.ts'
import { permit, scoped } from '../../../records/index.ts'
import type { FormBody, RouteCtx, State } from '../../context.ts'
import {
  field,
  flash,
  formKeys,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { AmountChanged } from '../errors.ts'
import { rulesOf } from '../invoices/pay-extra.ts'
import { methodView } from '../invoices/pay-view.ts'
import { leave } from '../leave.ts'

const HREF = '/portal/pay'

export function payManyRoutes(router: Router<State>): void {
  router.get(HREF, showMany)
  router.post(HREF, takeMany)
}

/** CP-10: several invoices with one payment. With ?payment=… the client comes back from the gateway. */
async function showMany(ctx: RouteCtx): Promise<void> {
  permit(startMany, ctx.state.actor)
  const { payment } = ctx.query
  if (typeof payment === 'string') return comeBack(ctx, payment)
  await drawMany(ctx)
}

async function comeBack(ctx: RouteCtx, paymentId: string): Promise<void> {
  const { deps, actor, t } = ctx.state
  const found = await getPayment(deps.db, paymentId, actor)
  const { status } = await checkPayment(deps, { payment_id: found.id }, actor)
  const isDone = status === 'succeeded'
  flash(ctx, { tone: isDone ? 'good' : 'info', text: t(`documents.many.${isDone ? 'paid' : 'waiting'}`) })
  seeOther(ctx, isDone ? '/portal/invoices' : '/portal/transactions')
}

async function takeMany(ctx: RouteCtx): Promise<void> {
  await tryForm(ctx, {
    shown: [404, 409, 422, 502, 503, 504],
    redraw: (problem) => drawMany(ctx, problem),
    async act() {
      const { deps, actor, t, origin, formKeys: keys } = ctx.state
      const ids = Object.keys(groupOf(ctx, 'pick'))
      if (ids.length === 0) throw invalidInput({ pick: t('documents.many.nothing_ticked') })
      await refuseOtherSums(ctx, ids)
      const once = keys.once ? { once: keys.once.slice(0, 100) } : {}
      const [kind, id = '', charge = ''] = field(ctx, 'with').split(':')
      const wish = { invoice_ids: ids, seen_charge: charge, ...once }
      const back = { return_url: `${origin}${HREF}`, cancel_url: `${origin}${HREF}` }
      const payment =
        kind === 'method'
          ? await chargeMany(deps, { ...wish, method_id: id }, actor)
          : await startMany(
              deps,
              { ...wish, instance_id: id, save_method: field(ctx, 'save') !== '', ...back },
              actor,
            )
      const { url } = JSON.parse(payment.needs ?? '{}') as { url?: string }
      if (payment.status === 'needs_client' && url)
        return leave(ctx, url, { name: new URL(url).host, backHref: HREF })
      const isDone = payment.status === 'succeeded'
      flash(ctx, { tone: isDone ? 'good' : 'info', text: t(`documents.many.${isDone ? 'paid' : 'waiting'}`) })
      seeOther(ctx, isDone ? '/portal/invoices' : '/portal/transactions')
    },
  })
}

function groupOf(ctx: RouteCtx, name: string): FormBody {
  const group = ctx.state.form[name]
  return group && typeof group === 'object' && !Array.isArray(group) ? group : {}
}

/** The sums that were shown are the sums that are taken. */
async function refuseOtherSums(ctx: RouteCtx, ids: readonly string[]): Promise<void> {
  const seen = groupOf(ctx, 'seen')
  const open = await readOpen(ctx)
  const changed = open.find((row) => ids.includes(row.id) && seen[row.id] !== String(row.open_minor))
  if (changed) throw AmountChanged({ number: changed.number })
}

interface Open {
  id: string
  number: string
  due_on: IsoDate
  currency: string
  open_minor: bigint
}

/** What may be paid now: documents for which no payment is under way. */
function readOpen(ctx: RouteCtx): Promise<Open[]> {
  const { actor, client } = requireClient(ctx)
  const own = all([
    sql`i.client_id = ${client.id}`,
    scoped(actor, { table: 'i', right: 'payment.start_many' }),
    sql`i.status = 'issued'`,
    sql`i.kind = 'invoice'`,
  ])
  return ctx.state.deps.db.all<Open>(sql`
    select i.id, i.number, i.due_on, i.currency,
      i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
    from invoices i where ${own}
      and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown'))
    order by i.due_on, i.id limit 100`)
}

async function drawMany(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { client } = requireClient(ctx)
  const { deps, t, zone } = ctx.state
  const open = await readOpen(ctx)
  const methods = open.length > 0 ? await listMethods(deps.db, client.id) : []
  const gateways = open.length > 0 ? await listGateways(deps.db, client.brand_id) : []
  const today = deps.business.today(zone)
  const instances = methods.map((method) => method.instance_id)
  const rules = await rulesOf(deps, gateways, instances)
  const currency = open[0]?.currency ?? ''
  const wayOf = (value: string, label: string, own: string | null | undefined) => {
    const read = JSON.parse(own ?? '{}') as GatewayRules
    // Several documents have no discount; a surcharge is of their sum.
    const text = chargeOn(read, currency, 10n ** 12n) > 0n ? chargeText(read, currency) : ''
    return {
      value: `${value}:${chargeKey(read, currency)}`,
      label: text ? `${label} (${text} ${currency})` : label,
    }
  }
  const usable = methods
    .map((method) => ({ ...methodView(t, method, today), instanceId: method.instance_id }))
    .filter(({ isExpired }) => !isExpired)
  const picked = problem ? groupOf(ctx, 'pick') : null
  const ways = [
    ...usable.map(({ id, label, instanceId }) => wayOf(`method:${id}`, label, rules.get(instanceId))),
    ...gateways.map(({ id, name, rules: own }) => wayOf(`gateway:${id}`, name, own)),
  ]
  const view = {
    rows: open.map((row) => ({
      ...{ id: row.id, number: row.number, dueOn: row.due_on, seen: String(row.open_minor) },
      due: money(row.open_minor, row.currency),
      ticked: picked ? row.id in picked : true,
    })),
    ways,
    canSave: gateways.some((gateway) => offers(gateway, 'charge_method')),
    with: problem ? field(ctx, 'with') : (ways[0]?.value ?? ''),
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/pay-many', view, { title: t('documents.many.title') })
}
