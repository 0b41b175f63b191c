import { chargeMethod, startPayment, type PaymentRow } from '../../billing/index.ts'
import { BerthError, type Actor } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { faultOf, faultText } from '../fault.ts'
import { flash, seeOther } from '../page/index.ts'
import type { PayWith } from './pay-choices.ts'

export interface Paying {
  invoiceId: string
  /** The status page of the order, where the buyer comes back to. */
  href: string
  payWith: PayWith
}

/** Starts the payment of an order and leads on: to the gateway's page, or to the order's own. */
export async function payOrder(ctx: Ctx, paying: Paying, actor: Actor): Promise<void> {
  const payment = await start(ctx, paying, actor).catch((error: unknown) => sayWhyNot(ctx, error))
  seeOther(ctx, (payment && onwardsHref(payment, paying.href)) ?? paying.href)
}

function start(ctx: Ctx, { invoiceId, href, payWith }: Paying, actor: Actor): Promise<PaymentRow> {
  const { deps, origin, formKeys } = ctx.state
  if (payWith.kind === 'method') {
    const once = formKeys.once ?? deps.newId('req')
    return chargeMethod(deps, { invoice_id: invoiceId, method_id: payWith.id, once }, actor)
  }
  const address = `${origin}${href}`
  const input = {
    invoice_id: invoiceId,
    instance_id: payWith.id,
    save_method: ctx.state.form.save !== undefined,
    can_embed: true,
    return_url: address,
    cancel_url: url(address, { cancelled: '1' }),
  }
  return startPayment(deps, input, actor)
}

/** The order stands whatever becomes of this attempt; its page offers the next. */
function sayWhyNot(ctx: Ctx, error: unknown): null {
  const { deps, locale, t } = ctx.state
  if (!(error instanceof BerthError)) throw error
  const text = faultText(deps.messages, locale, faultOf(error))
  flash(ctx, { tone: 'warn', title: t('storefront.pay.not_started'), text })
  return null
}

interface Needs {
  url?: string
  embed?: object
  instructions?: { label: string; value: string; copy?: boolean }[]
}

export function needsOf(payment: Pick<PaymentRow, 'status' | 'needs'>): Needs {
  return payment.status === 'needs_client' && payment.needs ? (JSON.parse(payment.needs) as Needs) : {}
}

/** Only a page over TLS, or of this very machine while a gateway is simulated. */
export function hostedUrl(payment: Pick<PaymentRow, 'status' | 'needs'>): string | null {
  const { url: address } = needsOf(payment)
  return address && /^https?:\/\//.test(address) ? address : null
}

/** Where the buyer goes on: to the gateway's fields in the client area, or by our step to the gateway's page. */
export function onwardsHref(
  payment: Pick<PaymentRow, 'status' | 'needs' | 'invoice_id'>,
  orderHref: string,
): string | null {
  if (needsOf(payment).embed) return `/portal/invoices/${payment.invoice_id}/pay`
  return hostedUrl(payment) === null ? null : payHref(orderHref)
}

/** The step before the gateway's page: "/orders/ord_…/pay?key=…". */
export const payHref = (orderHref: string): string => orderHref.replace(/(\?|$)/, '/pay$1')
