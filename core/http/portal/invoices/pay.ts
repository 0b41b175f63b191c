import {
  amountDue,
  askedNow,
  askedOfOpen,
  chargeMethod,
  checkPayment,
  confirmPayment,
  getPayment,
  sayPaid,
  startPayment,
  takeInstalments,
  useCredit,
  type Invoice,
  type PaymentRow,
} from '../../../billing/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import {
  field,
  fragmentOrSeeOther,
  isPartial,
  loadWhole,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { AmountChanged } from '../errors.ts'
import { leave } from '../leave.ts'
import { payView } from './pay-view.ts'
import { readInvoice } from './show.ts'

/** CP-09 pay. With ?payment=… the client comes back from the gateway, which is asked once what became of it. */
export async function showPay(ctx: RouteCtx): Promise<void> {
  const invoice = await readInvoice(ctx)
  const { payment } = ctx.query
  if (typeof payment === 'string') return comeBack(ctx, invoice, payment)
  await drawPay(ctx, invoice)
}

/** Also for the invoice's own address, where an automatic charge that needs the client leads back to. */
export async function comeBack(ctx: RouteCtx, invoice: Invoice, paymentId: string): Promise<void> {
  const { deps, actor } = ctx.state
  const payment = await getPayment(deps.db, paymentId, actor)
  if (payment.invoice_id !== invoice.id) throw NotFound({ what: 'payment', id: paymentId })
  await checkPayment(deps, { payment_id: paymentId }, actor)
  seeOther(ctx, `/portal/invoices/${invoice.id}/pay`)
}

export async function takePay(ctx: RouteCtx): Promise<void> {
  const invoice = await readInvoice(ctx)
  await tryForm(ctx, {
    shown: [404, 409, 422, 502, 503, 504],
    redraw: async (problem) => drawPay(ctx, await readInvoice(ctx), problem),
    async act() {
      await refuseOtherSum(ctx, invoice)
      await follow(ctx, invoice, await pay(ctx, invoice))
    },
  })
}

/** The plan that is offered, instead of paying at once. */
export async function takeParts(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const invoice = await readInvoice(ctx)
  await tryForm(ctx, {
    shown: [409],
    redraw: async (problem) => drawPay(ctx, await readInvoice(ctx), problem),
    async act() {
      await takeInstalments(deps, { invoice_id: invoice.id }, actor)
      const part = [`portal/invoices/_pay`, await payView(ctx, await readInvoice(ctx))] as const
      const href = `/portal/invoices/${invoice.id}/pay`
      fragmentOrSeeOther(ctx, { href, part, message: t('instalments.taken') })
    },
  })
}

/** What the client says of a transfer; the page goes on to wait for the money. */
export async function takeSaidPaid(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { id } = await readInvoice(ctx)
  await sayPaid(deps, { invoice_id: id }, actor)
  const part = [`portal/invoices/_pay`, await payView(ctx, await readInvoice(ctx))] as const
  fragmentOrSeeOther(ctx, { href: `/portal/invoices/${id}/pay`, part, message: t('portal.pay.said_paid') })
}

export async function takeCredit(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const href = `/portal/invoices/${ctx.params.invoiceId}/pay`
  await useCredit(deps, { invoice_id: ctx.params.invoiceId }, actor)
  const invoice = await readInvoice(ctx)
  const part = [`portal/invoices/_pay`, await payView(ctx, invoice)] as const
  fragmentOrSeeOther(ctx, { href, part, message: t('portal.pay.credit_used') })
}

/** The sum that was shown is the sum that is taken: a late fee or a credit meanwhile is looked at first. */
async function refuseOtherSum(ctx: RouteCtx, invoice: Invoice): Promise<void> {
  const { deps } = ctx.state
  const seen = field(ctx, 'seen')
  if (invoice.status !== 'issued' || seen === '') return
  const openMinor = await askedOfOpen(deps.db, invoice, amountDue(invoice))
  const asked =
    field(ctx, 'whole') === '1' ? openMinor : await askedNow(deps, deps.db, { invoice, openMinor })
  if (seen !== String(asked)) throw AmountChanged({ number: invoice.number ?? invoice.id })
}

/** With the token of a gateway's fields, with a saved method, or by a gateway from the start. */
function pay(ctx: RouteCtx, invoice: Invoice): Promise<PaymentRow> {
  const { deps, actor } = ctx.state
  const confirmed = { invoice_id: invoice.id, payment_id: field(ctx, 'payment'), token: field(ctx, 'token') }
  if (confirmed.payment_id !== '') return confirmPayment(deps, confirmed, actor)
  return field(ctx, 'method') === '' ? start(ctx, invoice) : charge(ctx, invoice)
}

function charge(ctx: RouteCtx, invoice: Invoice): Promise<PaymentRow> {
  const { deps, actor, formKeys } = ctx.state
  const once = formKeys.once ? { once: formKeys.once.slice(0, 100) } : {}
  const wish = {
    invoice_id: invoice.id,
    method_id: field(ctx, 'method'),
    ...once,
    ...seenCharge(ctx),
    ...wholeOf(ctx),
  }
  return chargeMethod(deps, wish, actor)
}

function start(ctx: RouteCtx, invoice: Invoice): Promise<PaymentRow> {
  const { deps, actor, origin } = ctx.state
  const back = `${origin}/portal/invoices/${invoice.id}/pay`
  return startPayment(
    deps,
    {
      ...{
        invoice_id: invoice.id,
        instance_id: field(ctx, 'gateway'),
        save_method: field(ctx, 'save') !== '',
        can_embed: true,
      },
      ...{ return_url: back, cancel_url: back, ...seenCharge(ctx), ...wholeOf(ctx) },
    },
    actor,
  )
}

/** What the button said that paying costs. */
const seenCharge = (ctx: RouteCtx) => ({ seen_charge: field(ctx, 'charge') })

/** All that is open, also where a plan asks for a part. */
const wholeOf = (ctx: RouteCtx) => ({ whole: field(ctx, 'whole') === '1' })

async function follow(ctx: RouteCtx, invoice: Invoice, payment: PaymentRow): Promise<void> {
  const backHref = `/portal/invoices/${invoice.id}/pay`
  const { url, embed } = JSON.parse(payment.needs ?? '{}') as { url?: string; embed?: object }
  if (payment.status !== 'needs_client' || !url || embed) return seeOther(ctx, backHref)
  await leave(ctx, url, { name: new URL(url).host, backHref })
}

async function drawPay(ctx: RouteCtx, invoice: Invoice, problem?: FormProblem): Promise<void> {
  requireClient(ctx)
  const { t } = ctx.state
  const view = await payView(ctx, invoice, problem)
  // The page that asks for this part has no frame, so its policy lets none in.
  if (view.embed && isPartial(ctx) && ctx.method === 'GET') return loadWhole(ctx)
  await page(ctx, 'portal/invoices/pay', view, {
    title: t('portal.pay.title', { number: view.number }),
    parts: { [`invoice-${invoice.id}-pay`]: ['portal/invoices/_pay', view] },
    slots: [{ slot: 'portal.invoice.pay', record: invoice.id }],
    framed: view.embed !== null,
  })
}
