import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import {
  movementName,
  readStatement,
  statementCsv,
  statementName,
  statementPdf,
  type Statement,
} from '../../../billing/index.ts'
import { url } from '../../../render/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import { page, requireClient } from '../../page/index.ts'
import { invoiceTabs } from '../invoices/tabs.ts'

const HREF = '/portal/statement'
/** The newest movements of a long period stand on the page; the files have all. */
const SHOWN_MAX = 500

export function statementRoutes(router: Router<State>): void {
  router.get(HREF, showStatement)
  router.get(`${HREF}.pdf`, sendPdf)
  router.get(`${HREF}.csv`, sendCsv)
}

function daysOf(ctx: RouteCtx): { from: string; to: string } {
  const { deps, zone } = ctx.state
  const today = deps.business.today(zone)
  const asked = (name: string) => (typeof ctx.query[name] === 'string' ? ctx.query[name] : '')
  return { from: asked('from') || `${today.slice(0, 4)}-01-01`, to: asked('to') || today }
}

function read(ctx: RouteCtx): Promise<Statement> {
  const { actor, client } = requireClient(ctx)
  return readStatement(ctx.state.deps, { client_id: client.id, ...daysOf(ctx) }, actor)
}

/** CP-14: what was owed, every movement, what is owed. */
async function showStatement(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const statement = await read(ctx)
  const amount = (minor: bigint) => money(minor, statement.currency)
  const days = daysOf(ctx)
  const view = {
    tabs: invoiceTabs(t, 'statement'),
    ...days,
    opening: amount(statement.openingMinor),
    closing: amount(statement.closingMinor),
    rows: statement.entries.slice(-SHOWN_MAX).map((entry) => ({
      ...{ id: entry.journalId, on: entry.on, reference: entry.reference },
      text: t(`documents.statement.kind.${movementName(entry.kind)}`),
      href: entry.invoiceId ? `/portal/invoices/${entry.invoiceId}` : null,
      ...{ amount: amount(entry.amountMinor), balance: amount(entry.balanceMinor) },
    })),
    pdfHref: url(`${HREF}.pdf`, days),
    csvHref: url(`${HREF}.csv`, days),
  }
  await page(ctx, 'portal/statement', view, { title: t('documents.statement.title') })
}

async function sendPdf(ctx: RouteCtx): Promise<void> {
  const { deps, t, locale } = ctx.state
  const statement = await read(ctx)
  ctx.type = 'application/pdf'
  ctx.attachment(statementName(statement))
  ctx.body = await statementPdf(deps, statement, { t, locale })
}

async function sendCsv(ctx: RouteCtx): Promise<void> {
  const statement = await read(ctx)
  ctx.type = 'text/csv; charset=utf-8'
  ctx.attachment(statementName(statement).replace('.pdf', '.csv'))
  ctx.body = statementCsv(statement)
}
