import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import {
  account,
  checkPayment,
  depositLimits,
  eligibleBetween,
  getPayment,
  listGateways,
  startDeposit,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { Forbidden, type IsoDate } from '../../../kernel/index.ts'
import { may } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  can,
  field,
  flash,
  formKeys,
  moneyField,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { invoiceTabs } from '../invoices/tabs.ts'
import { leave } from '../leave.ts'
import { creditRuleRoutes, creditRules } from './credit-rules.ts'

const HREF = '/portal/credit'
const READ = { permission: 'invoice.read', audience: ['client'] } as const

export function creditRoutes(router: Router<State>): void {
  router.get(HREF, showCredit)
  router.post(HREF, takeDeposit)
  creditRuleRoutes(router, drawCredit)
}

/** CP-12. With ?payment=… the client comes back from the gateway. */
async function showCredit(ctx: RouteCtx): Promise<void> {
  const { payment } = ctx.query
  if (typeof payment !== 'string') return drawCredit(ctx)
  const { deps, actor, t } = ctx.state
  const found = await getPayment(deps.db, payment, actor)
  const now = await checkPayment(deps, { payment_id: found.id }, actor)
  const isDone = now.status === 'succeeded'
  flash(ctx, { tone: isDone ? 'good' : 'info', text: t(`portal.credit.${isDone ? 'added' : 'not_yet'}`) })
  seeOther(ctx, HREF)
}

async function takeDeposit(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, origin } = ctx.state
  await tryForm(ctx, {
    shown: [404, 409, 422, 502, 503, 504],
    redraw: (problem) => drawCredit(ctx, problem),
    async act() {
      const amount = moneyField(ctx, 'amount', await currencyOf(ctx))
      const back = `${origin}${HREF}`
      const input = {
        client_id: client.id,
        instance_id: field(ctx, 'gateway'),
        amount_minor: String(amount.minor),
      }
      const payment = await startDeposit(deps, { ...input, return_url: back, cancel_url: back }, actor)
      const { url } = JSON.parse(payment.needs ?? '{}') as { url?: string }
      if (url) return leave(ctx, url, { name: new URL(url).host, backHref: HREF })
      seeOther(ctx, '/portal/transactions')
    },
  })
}

async function currencyOf(ctx: RouteCtx): Promise<string> {
  const { client } = requireClient(ctx)
  const row = await ctx.state.deps.db.get<{ currency: string }>(
    sql`select currency from clients where id = ${client.id}`,
  )
  return row!.currency
}

interface Movement {
  kind: string
  effective_on: IsoDate
  currency: string
  amount_minor: bigint
}

async function drawCredit(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { actor, client } = requireClient(ctx)
  if (!may(actor, READ)) throw Forbidden({ permission: READ.permission })
  const { deps, t } = ctx.state
  const currency = await currencyOf(ctx)
  const balances = await deps.db.all<{ currency: string; balance_minor: bigint }>(sql`
    select currency, sum(amount_minor) as balance_minor from postings
    where client_id = ${client.id} and account = ${account.clientCredit} group by currency order by currency`)
  const movements = await deps.db.all<Movement>(sql`
    select j.kind, j.effective_on, p.currency, p.amount_minor from postings p join journals j on j.id = p.journal_id
    where p.client_id = ${client.id} and p.account = ${account.clientCredit} order by j.id desc limit 50`)
  const limits = await depositLimits(deps, client.brand_id, currency)
  const view = {
    tabs: invoiceTabs(t, 'credit'),
    balances:
      balances.length > 0
        ? balances.map((row) => money(-row.balance_minor, row.currency))
        : [money(0n, currency)],
    movements: movements.map((row) => ({
      text: t(`portal.credit.kind.${KINDS.has(row.kind) ? row.kind : 'other'}`),
      day: row.effective_on,
      amount: money(-row.amount_minor, row.currency),
    })),
    currency,
    ...limits,
    gateways: can(ctx, startDeposit) ? await gatewayChoices(ctx, currency, limits) : [],
    ...(await creditRules(ctx, currency)),
    values: { amount: '', gateway: '', ...problem?.values },
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/credit', view, { title: t('portal.credit.title') })
}

const KINDS = new Set([
  'credit_granted',
  'credit_applied',
  'payment_succeeded',
  'promotion_granted',
  'promotion_expired',
  'promotion_revoked',
])

/** Without a most, gateways are asked about sums up to so many times the least. */
const BEYOND = 100_000n

type Limits = Awaited<ReturnType<typeof depositLimits>>

async function gatewayChoices(ctx: RouteCtx, currency: string, { minimum, maximum }: Limits) {
  const { client } = requireClient(ctx)
  const { deps } = ctx.state
  const offered = await listGateways(deps.db, client.brand_id, { currency, clientId: client.id })
  const gateways = await eligibleBetween(deps, offered, {
    ...{ clientId: client.id, currency },
    ...{ leastMinor: minimum.minor, mostMinor: maximum?.minor ?? minimum.minor * BEYOND },
  })
  return gateways.map(({ id, name }) => ({ value: id, label: name }))
}
