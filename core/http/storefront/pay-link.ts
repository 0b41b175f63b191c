import type { Router } from '@koa/router'
import { money } from '../../../sdk/index.ts'
import {
  amountDue,
  askedNow,
  askedOfOpen,
  cashRounding,
  checkByLink,
  eligible,
  fileName,
  keepDocument,
  lineText,
  linkHolder,
  listGateways,
  openLink,
  payByLink,
  paymentsFor,
  type Invoice,
} from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { getFile } from '../../files/index.ts'
import { NotFound } from '../../kernel/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { field, formKeys, page, seeOther, tryForm, type FormProblem } from '../page/index.ts'
import { payExtra } from '../portal/invoices/pay-extra.ts'
import { leave } from '../portal/leave.ts'
import { secretAddress } from './secret-address.ts'

/** One invoice by its secret address: seen and paid without signing in, and nothing else shown. */
export function payLinkRoutes(router: Router<State>): void {
  router.get('/pay/:token', showLink)
  router.get('/pay/:token/invoice.pdf', sendPdf)
  router.post('/pay/:token', takeLink)
}

const hrefOf = (ctx: RouteCtx): string => `/pay/${ctx.params.token!}`

const read = (ctx: RouteCtx): Promise<Invoice> => openLink(ctx.state.deps, ctx.params.token!, linkHolder)

async function showLink(ctx: RouteCtx): Promise<void> {
  const { payment } = ctx.query
  if (typeof payment !== 'string') return drawLink(ctx)
  await checkByLink(ctx.state.deps, { token: ctx.params.token!, paymentId: payment })
  seeOther(ctx, hrefOf(ctx))
}

async function sendPdf(ctx: RouteCtx): Promise<void> {
  const { deps } = ctx.state
  const invoice = await read(ctx)
  const translator = (locale: string) => deps.messages.translator(locale)
  const file = await getFile(deps.db, await keepDocument({ ...deps, translator }, invoice))
  if (!file) throw NotFound({ what: 'file', id: invoice.id })
  secretAddress(ctx)
  ctx.type = file.media_type
  ctx.attachment(fileName(invoice), { type: 'inline' })
  ctx.body = await deps.files.read(file.sha256)
}

async function takeLink(ctx: RouteCtx): Promise<void> {
  await tryForm(ctx, {
    shown: [409, 422, 502, 503, 504],
    redraw: (problem) => drawLink(ctx, problem),
    async act() {
      const { deps, actor, origin } = ctx.state
      const input = {
        token: ctx.params.token,
        instance_id: field(ctx, 'gateway'),
        seen_charge: field(ctx, 'charge'),
        return_url: `${origin}${hrefOf(ctx)}`,
      }
      const payment = await payByLink(deps, input, actor)
      const { url } = JSON.parse(payment.needs ?? '{}') as { url?: string }
      if (payment.status !== 'needs_client' || !url) return seeOther(ctx, hrefOf(ctx))
      await leave(ctx, url, { name: new URL(url).host, backHref: hrefOf(ctx) })
    },
  })
}

interface Attempt {
  status: string
  needs: string | null
}

async function drawLink(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, t } = ctx.state
  const invoice = await read(ctx)
  const due = invoice.status === 'issued' ? amountDue(invoice) : 0n
  const openMinor = await askedOfOpen(deps.db, invoice, due)
  // By a plan a part is asked for, of a proforma what the client's credit leaves.
  const dueMinor = await askedNow(deps, deps.db, { invoice, openMinor })
  const paying = { clientId: invoice.client_id, currency: invoice.currency, amountMinor: dueMinor }
  const paid = { ...paying, invoiceIds: [invoice.id] }
  const offered = due > 0n ? await listGateways(deps.db, invoice.brand_id, paid) : []
  const gateways = await eligible(deps, offered, paying)
  const [latest] = await deps.db.all<Attempt>(
    sql`select p.status, p.needs from payments p where ${paymentsFor(sql`${invoice.id}`)} order by p.id desc limit 1`,
  )
  const amount = (minor: bigint) => money(minor, invoice.currency)
  const number = invoice.number ?? invoice.id
  const isUnderWay = latest && ['pending', 'authorised', 'unknown'].includes(latest.status)
  const view = {
    ...{
      href: hrefOf(ctx),
      number,
      dueOn: invoice.owed_on ?? invoice.due_on,
      due: amount(due),
      total: amount(invoice.total_minor),
      paid: invoice.allocated_minor > 0n ? amount(-invoice.allocated_minor) : null,
      // Of a plan: the part that is asked for now.
      part: dueMinor > 0n && dueMinor < openMinor ? amount(dueMinor) : null,
    },
    standing: invoice.status === 'paid' ? 'paid' : due <= 0n ? 'closed' : isUnderWay ? 'waiting' : 'open',
    isProforma: invoice.proforma === 1,
    isDeclined: latest !== undefined && ['declined', 'failed'].includes(latest.status),
    instructions: instructionsOf(latest),
    lines: invoice.lines.map((line) => ({ text: lineText(t, line), amount: amount(line.amount_minor) })),
    subtotal: amount(invoice.subtotal_minor),
    taxes: invoice.taxes.map((tax) => ({
      name: tax.tax_name,
      percent: tax.rate_ppm / 10_000,
      tax: amount(tax.tax_minor),
    })),
    rounding: cashRounding(invoice) === 0n ? null : amount(cashRounding(invoice)),
    gateways: await Promise.all(
      gateways.map(async ({ id, name, rules }) => ({
        ...{ id, name },
        ...(await payExtra(deps, { invoice, dueMinor }, rules)),
      })),
    ),
    ...{ keys: formKeys(), errors: problem?.errors ?? [] },
  }
  secretAddress(ctx)
  await page(ctx, 'storefront/pay-link', view, { title: t('documents.link.title', { number }) })
}

/** What to write on a bank transfer. */
function instructionsOf(latest: Attempt | undefined): { label: string; value: string; copy: boolean }[] {
  if (latest?.status !== 'needs_client' || !latest.needs) return []
  const { instructions = [] } = JSON.parse(latest.needs) as {
    instructions?: { label: string; value: string; copy?: boolean }[]
  }
  return instructions.map((item) => ({ ...item, copy: item.copy ?? false }))
}
