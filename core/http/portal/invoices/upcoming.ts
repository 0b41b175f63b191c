import { money } from '../../../../sdk/index.ts'
import { previewClient, type PreviewInvoice } from '../../../billing/index.ts'
import { madeOnce } from '../../../db/index.ts'
import { covers, Forbidden } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import { page, requireClient } from '../../page/index.ts'
import { invoiceTabs } from './tabs.ts'

const DAYS = 90

/** What the next days will be invoiced, worked out by the planning of the billing run itself. */
export async function showUpcoming(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  if (!seesInvoices(ctx)) throw Forbidden({ permission: RIGHT })
  const view = { tabs: invoiceTabs(t, 'upcoming'), days: DAYS, ...(await upcomingView(ctx, DAYS)) }
  await page(ctx, 'portal/invoices/upcoming', view, { title: t('portal.upcoming.title') })
}

const RIGHT = 'invoice.read'

/** What is to come concerns the client as a whole: a right on one of its services does not open it. */
function seesInvoices(ctx: RouteCtx): boolean {
  const { actor, client } = requireClient(ctx)
  return actor.grants.some(
    ({ clientId, serviceId, rights }) =>
      clientId === client.id && serviceId === null && covers(rights, RIGHT),
  )
}

/** Nothing for whoever may not read the client's invoices. */
export async function upcomingView(ctx: RouteCtx, days: number) {
  if (!seesInvoices(ctx)) return { charges: [], totals: [] }
  const { client } = requireClient(ctx)
  const { deps, zone } = ctx.state
  const query = { clientId: client.id, today: deps.business.today(zone), days }
  return viewOf({ plans: await previewClient(deps, deps.billing.sources, query) })
}

const viewOf = madeOnce(({ plans }: { plans: readonly PreviewInvoice[] }) => ({
  charges: plans.map(chargeView),
  totals: totalsOf(plans),
}))

const chargeView = (plan: PreviewInvoice) => ({
  issuesOn: plan.issuesOn,
  dueOn: plan.dueOn,
  names: [...new Set(plan.lines.map((line) => line.description))],
  lines: plan.lines.map((line) => ({
    description: line.description,
    amount: money(line.amountMinor, plan.currency),
  })),
  net: money(plan.netMinor, plan.currency),
  tax: money(plan.taxMinor, plan.currency),
  total: money(plan.totalMinor, plan.currency),
})

function totalsOf(plans: readonly PreviewInvoice[]) {
  const sums = new Map<string, bigint>()
  for (const { currency, totalMinor } of plans) sums.set(currency, (sums.get(currency) ?? 0n) + totalMinor)
  return [...sums].map(([currency, minor]) => money(minor, currency))
}
