import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import {
  askedNowOf,
  chargeKey,
  chargeMany,
  chargeOn,
  chargeText,
  checkPayment,
  creditBalance,
  eligibleBetween,
  getPayment,
  lessCredit,
  listWaysFor,
  offers,
  paymentsFor,
  startMany,
  type GatewayInstance,
  type GatewayRules,
} from '../../../billing/index.ts'
import { all, sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
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
import { AmountChanged, NothingPicked } from '../errors.ts'
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
      if (ids.length === 0) throw NothingPicked({})
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
  const open = await readOpen(ctx, (id) => ids.includes(id))
  const changed = open.find((row) => ids.includes(row.id) && seen[row.id] !== String(row.asked_minor))
  if (changed) throw AmountChanged({ number: changed.number })
}

interface Open {
  id: string
  number: string
  due_on: IsoDate
  owed_on: IsoDate | null
  currency: string
  total_minor: bigint
  open_minor: bigint
  proforma: number
  /** Of a proforma: what the client's credit pays of it. */
  credit_minor: bigint
  /** By its plan it may be less than what is open. */
  asked_minor: bigint
}

type Listed = Omit<Open, 'asked_minor' | 'credit_minor'>

/** What may be paid now: documents for which no payment is under way, each with what is asked for of it. */
async function readOpen(ctx: RouteCtx, isTicked: (id: string) => boolean): Promise<Open[]> {
  const { actor, client } = requireClient(ctx)
  const own = all([
    sql`i.client_id = ${client.id}`,
    scoped(actor, { table: 'i', right: 'payment.start_many' }),
    sql`i.status = 'issued'`,
    sql`i.kind = 'invoice'`,
  ])
  const { deps, zone } = ctx.state
  const rows = await deps.db.all<Listed>(sql`
    select i.id, i.number, i.due_on, i.owed_on, i.currency, i.total_minor, i.proforma,
      i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
    from invoices i where ${own}
      and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown'))
    order by i.due_on, i.id limit 100`)
  const open = rows.map((row) => ({ invoice: row, openMinor: row.open_minor }))
  const asked = await askedNowOf(deps.db, open, deps.business.today(zone))
  const credit = await creditFor(ctx, rows, isTicked)
  return rows.map((row) => {
    const creditMinor = credit.get(row.id) ?? 0n
    return { ...row, credit_minor: creditMinor, asked_minor: asked(row.id) - creditMinor }
  })
}

/** What the client's credit pays of each proforma, in the order in which the payment uses it: of what is ticked first. */
async function creditFor(
  ctx: RouteCtx,
  rows: readonly Listed[],
  isTicked: (id: string) => boolean,
): Promise<ReadonlyMap<string, bigint>> {
  const proformas = rows.filter(({ proforma }) => proforma === 1)
  const used = new Map<string, bigint>()
  const [first] = proformas
  if (!first) return used
  let left = await creditBalance(ctx.state.deps.db, requireClient(ctx).client.id, first.currency)
  const ordered = proformas.toSorted((a, b) => Number(isTicked(b.id)) - Number(isTicked(a.id)))
  for (const { id, open_minor: openMinor } of ordered) {
    const ofIt = openMinor - lessCredit(openMinor, left)
    used.set(id, ofIt)
    left -= ofIt
  }
  return used
}

/** Why another sum is asked for than the document says. */
function differs(row: Open) {
  const { total_minor: total, open_minor: open, credit_minor: credit } = row
  const sum = (minor: bigint) => (minor > 0n ? money(minor, row.currency) : null)
  const isPart = row.asked_minor + credit < open
  return {
    ...{ dueOn: isPart ? row.owed_on : row.due_on, open: isPart ? sum(open) : null },
    ...{ total: sum(total), paid: sum(total - open), credit: sum(credit) },
  }
}

/** Which of them are ticked is decided on the page: any of them alone, or all together. */
function takingSome<G extends GatewayInstance>(ctx: RouteCtx, offered: readonly G[], open: readonly Open[]) {
  const sums = open.map((row) => row.asked_minor).filter((minor) => minor > 0n)
  const [first] = open
  if (!first || sums.length === 0) return Promise.resolve([...offered])
  return eligibleBetween(ctx.state.deps, offered, {
    ...{ clientId: requireClient(ctx).client.id, currency: first.currency },
    leastMinor: sums.reduce((least, minor) => (minor < least ? minor : least)),
    mostMinor: sums.reduce((sum, minor) => sum + minor),
  })
}

async function drawMany(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { client } = requireClient(ctx)
  const { deps, t, zone } = ctx.state
  const picked = problem ? groupOf(ctx, 'pick') : null
  const isTicked = (id: string) => (picked ? id in picked : true)
  const open = await readOpen(ctx, isTicked)
  // Which of them are ticked is decided on the page: a way that is offered for one of them is shown.
  const paid = open.map(({ id, currency }) => ({ clientId: client.id, currency, invoiceIds: [id] }))
  const of = { brandId: client.brand_id, clientId: client.id }
  const offered = open.length > 0 ? await listWaysFor(deps.db, of, paid) : { methods: [], gateways: [] }
  const currency = open[0]?.currency ?? ''
  const gateways = await takingSome(ctx, offered.gateways, open)
  const today = deps.business.today(zone)
  const wayOf = (value: string, label: string, own: string | null | undefined) => {
    const read = JSON.parse(own ?? '{}') as GatewayRules
    // Several documents have no discount; a surcharge is of their sum.
    const text = chargeOn(read, currency, 10n ** 12n) > 0n ? chargeText(read, currency) : ''
    return {
      value: `${value}:${chargeKey(read, currency)}`,
      label: text ? `${label} (${text} ${currency})` : label,
    }
  }
  const usable = offered.methods
    .map((method) => ({ ...methodView(t, method, today), rules: method.rules }))
    .filter(({ isExpired }) => !isExpired)
  const ways = [
    ...usable.map(({ id, label, rules }) => wayOf(`method:${id}`, label, rules)),
    ...gateways.map(({ id, name, rules: own }) => wayOf(`gateway:${id}`, name, own)),
  ]
  const view = {
    rows: open.map((row) => ({
      ...{
        id: row.id,
        number: row.number,
        seen: String(row.asked_minor),
      },
      ...differs(row),
      due: money(row.asked_minor, row.currency),
      ticked: isTicked(row.id),
    })),
    ways,
    canSave: gateways.some((gateway) => offers(gateway, 'charge_method')),
    with: problem ? field(ctx, 'with') : (ways[0]?.value ?? ''),
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/pay-many', view, { title: t('documents.many.title') })
}
