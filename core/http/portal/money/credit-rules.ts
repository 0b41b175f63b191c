import type { Router } from '@koa/router'
import { money, toDecimal, type Money } from '../../../../sdk/index.ts'
import {
  chooseCreditUse,
  leftOfGrant,
  setTopUp,
  stopTopUp,
  useCreditAlways,
  type TopUpRow,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { readSetting } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  can,
  field,
  flash,
  moneyField,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'

const HREF = '/portal/credit'

type Draw = (ctx: RouteCtx, problem?: FormProblem) => Promise<void>

/** How credit is used and refilled: posts from the page of the credit, which `draw` shows again. */
export function creditRuleRoutes(router: Router<State>, draw: Draw): void {
  router.post(`${HREF}/use`, takeUse)
  router.post(`${HREF}/top-up`, (ctx: RouteCtx) => takeTopUp(ctx, draw))
  router.post(`${HREF}/top-up/stop`, takeStop)
}

export interface CreditRules {
  grants: { reason: string; left: Money; endsOn: IsoDate | null }[]
  usesAlways: boolean
  mayChoose: boolean
  topUp: {
    threshold: string
    amount: string
    isOn: boolean
    isPaused: boolean
    problem: string | null
  } | null
}

export async function creditRules(ctx: RouteCtx, currency: string): Promise<CreditRules> {
  const { client } = requireClient(ctx)
  const { deps } = ctx.state
  const grants = await deps.db.all<{
    reason: string
    expires_on: IsoDate | null
    left_minor: bigint
    origin: string
  }>(sql`
    select g.origin, g.reason, g.expires_on, ${leftOfGrant} as left_minor from credit_grants g
    where g.client_id = ${client.id} and g.currency = ${currency} and ${leftOfGrant} > 0 order by g.expires_on, g.id limit 50`)
  const row = await deps.db.get<TopUpRow>(sql`select * from credit_top_ups where client_id = ${client.id}`)
  const shown = (minor: bigint) => toDecimal({ minor, currency })
  return {
    grants: grants.map((grant) => ({
      reason: ctx.state.t(`portal.credit.origin.${grant.origin}`),
      left: money(grant.left_minor, currency),
      endsOn: grant.expires_on,
    })),
    usesAlways: await readSetting(deps.db, useCreditAlways, { brand: client.brand_id, client: client.id }),
    mayChoose: can(ctx, chooseCreditUse),
    topUp: can(ctx, setTopUp)
      ? {
          threshold: row ? shown(row.threshold_minor) : '',
          amount: row ? shown(row.amount_minor) : '',
          ...{ isOn: row !== undefined, isPaused: Boolean(row?.paused_at), problem: row?.problem ?? null },
        }
      : null,
  }
}

async function takeUse(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  const always = field(ctx, 'always') !== ''
  await chooseCreditUse(deps, { client_id: client.id, always }, actor)
  flash(ctx, { tone: 'good', text: t(`portal.credit.use.${always ? 'always' : 'chosen'}_done`) })
  seeOther(ctx, HREF)
}

async function takeTopUp(ctx: RouteCtx, draw: Draw): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      const row = await deps.db.get<{ currency: string }>(
        sql`select currency from clients where id = ${client.id}`,
      )
      const [threshold, amount] = ['threshold', 'top_up'].map(
        (name) => moneyField(ctx, name, row!.currency).minor,
      )
      const input = { client_id: client.id, threshold_minor: String(threshold), amount_minor: String(amount) }
      await setTopUp(deps, input, actor)
      flash(ctx, { tone: 'good', text: t('portal.credit.top_up.done') })
      seeOther(ctx, HREF)
    },
  })
}

async function takeStop(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t } = ctx.state
  await stopTopUp(deps, { client_id: client.id }, actor)
  flash(ctx, { tone: 'good', text: t('portal.credit.top_up.stopped') })
  seeOther(ctx, HREF)
}
