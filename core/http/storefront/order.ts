import type { Router } from '@koa/router'
import { checkPayment } from '../../billing/index.ts'
import { BerthError, NotSignedIn } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  can,
  field,
  flash,
  fragment,
  isPartial,
  page,
  requireClient,
  seeOther,
  tryForm,
} from '../page/index.ts'
import { askedOfOrder } from './asked-of-order.ts'
import { orderView } from './order-view.ts'
import { payChoices, readPayWith } from './pay-choices.ts'
import { hostedUrl, payOrder } from './pay-order.ts'
import { readOrderStatus, type OrderStatus } from './order-status.ts'

/** SF-08. */
export function orderRoutes(router: Router<State>): void {
  router.get('/orders/:order', showOrder)
  router.get('/orders/:order/pay', showHandOver)
  router.post('/orders/:order/pay', takePay)
}

async function showOrder(ctx: RouteCtx): Promise<void> {
  if (!isPartial(ctx)) await askAfterPayment(ctx)
  const status = await readOrderStatus(ctx)
  const choices = status.canPay ? await payChoices(ctx, paidWith(ctx, status)) : []
  const view = orderView(ctx, status, choices)
  if (isPartial(ctx)) return fragment(ctx, 'storefront/_order', view)
  const title = ctx.state.t('storefront.order.title', { number: status.order.number })
  const frame = ctx.state.client ? { liveHref: '/portal/live' } : {}
  await page(ctx, 'storefront/order', { order: view }, { title, frame })
}

/** Back from the gateway: its answer may be here before its webhook is. What it does not say now, the webhook will. */
async function askAfterPayment(ctx: RouteCtx): Promise<void> {
  const { deps, actor, client } = ctx.state
  const { payment } = ctx.query
  if (typeof payment !== 'string' || !client || !can(ctx, checkPayment)) return
  await checkPayment(deps, { payment_id: payment }, actor).catch((error: unknown) => {
    if (!(error instanceof BerthError)) throw error
    deps.log.warn({ code: error.code, payment }, 'a payment could not be asked about')
  })
}

/**
 * The step before the gateway's page. A form may not lead to another host, not even by a redirect, so this page does:
 * at once by a header, and by its button.
 */
async function showHandOver(ctx: RouteCtx): Promise<void> {
  const status = await readOrderStatus(ctx)
  const address = status.payment && hostedUrl(status.payment)
  if (!address || !ctx.state.client) return seeOther(ctx, statusHref(ctx, status))
  ctx.set('Refresh', `0; url=${address}`)
  const view = { address, back: statusHref(ctx, status) }
  await page(ctx, 'storefront/hand-over', view, {
    title: ctx.state.t('storefront.pay.title'),
    area: 'system',
  })
}

/** Pay again, or pay by another way. */
async function takePay(ctx: RouteCtx): Promise<void> {
  if (!ctx.state.signedIn) throw NotSignedIn({})
  const { actor } = requireClient(ctx)
  const status = await readOrderStatus(ctx)
  const href = statusHref(ctx, status)
  if (!status.canPay || !status.invoice) return seeOther(ctx, href)
  const { invoice } = status
  await tryForm(ctx, {
    async redraw({ errors }) {
      flash(ctx, { tone: 'warn', text: errors[0]!.message })
      seeOther(ctx, href)
    },
    async act() {
      const payWith = readPayWith(field(ctx, 'pay'), await payChoices(ctx, paidWith(ctx, status)))
      await payOrder(ctx, { invoiceId: invoice.id, href, payWith }, actor)
    },
  })
}

const paidWith = (ctx: RouteCtx, { invoice }: OrderStatus) => ({
  invoiceIds: invoice ? [invoice.id] : [],
  dueMinor: (): Promise<bigint> => (invoice ? askedOfOrder(ctx, invoice.id) : Promise.resolve(0n)),
})

function statusHref(ctx: RouteCtx, { order }: OrderStatus): string {
  const { key } = ctx.query
  return url(`/orders/${order.id}`, { key: typeof key === 'string' ? key : null })
}
