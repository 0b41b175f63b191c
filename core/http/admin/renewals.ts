import { currentTerms, placeOrder, priceExtra } from '../../orders/index.ts'
import { alignRenewals, moveRenewal, pauseService, resumeService } from '../../services/index.ts'
import { countOf, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { alignmentPage, renewalPage } from './views/renewals.ts'
import { extrasPage } from './views/service-extras.ts'
import { servicePage } from './views/services.ts'

/** When services renew, what is added to them, and their pauses. */
export const renewals: Section = {
  pages: [
    { path: '/services/:id/renewal', permission: moveRenewal.permission, draw: renewalPage },
    { path: '/services/:id/extras', permission: placeOrder.permission, draw: extrasPage },
    { path: '/clients/:id/renewals', permission: alignRenewals.permission, draw: alignmentPage },
  ],
  acts: [
    { path: '/services/:id/renewal', permission: moveRenewal.permission, again: renewalPage, act: move },
    { path: '/services/:id/extras', permission: placeOrder.permission, again: extrasPage, act: add },
    { path: '/services/:id/pause', permission: pauseService.permission, again: servicePage, act: pause },
    { path: '/services/:id/resume', permission: resumeService.permission, again: servicePage, act: resume },
    { path: '/clients/:id/renewals', permission: alignRenewals.permission, again: alignmentPage, act: align },
  ],
}

async function move({ means, actor, t }: Desk, { params, form }: Asked) {
  const { invoiceId } = await moveRenewal(
    means,
    {
      ...{ service_id: params.id, to_on: textOf(form, 'to_on'), effect: textOf(form, 'effect') },
      reason: textOf(form, 'reason'),
    },
    actor,
  )
  const href = invoiceId ? `/admin/invoices/${invoiceId}` : `/admin/services/${params.id!}`
  return { href, message: t('extras.admin.renewal.done') }
}

async function align({ means, actor, t }: Desk, { params, form }: Asked) {
  const wish = { client_id: params.id, day: countOf(form, 'day') }
  const { moved, invoiceId } = await alignRenewals(means, wish, actor)
  const href = invoiceId ? `/admin/invoices/${invoiceId}` : `/admin/clients/${params.id!}`
  return { href, message: t('extras.admin.align.done', { count: moved }) }
}

/** Ordered in the client's name: who placed it and under which terms stand in the order. */
async function add({ means, actor, t }: Desk, { params, form }: Asked) {
  const cycle = textOf(form, 'cycle')
  const { item, service } = await priceExtra(
    means,
    {
      ...{ service_id: params.id, product_id: textOf(form, 'product'), quantity: countOf(form, 'quantity') },
      ...(cycle ? { cycle } : {}),
    },
    actor,
  )
  const { version } = await currentTerms(means.db, service.brand_id)
  const order = await placeOrder(
    means.orders,
    {
      ...{ brand_id: service.brand_id, client_id: service.client_id, items: [item.wish] },
      ...{ currency: service.currency, once_key: means.newId('req') },
      ...{ terms: { version, accepted: true }, note: t('extras.admin.by_staff') },
      confirm: ticked(form, 'confirm'),
    },
    actor,
  )
  return { href: `/admin/invoices/${order.invoice_id}`, message: t('extras.ordered') }
}

async function pause({ means, actor, t }: Desk, { params }: Asked) {
  await pauseService(means, { service_id: params.id }, actor)
  return { href: `/admin/services/${params.id!}`, message: t('extras.pause.done') }
}

async function resume({ means, actor, t }: Desk, { params }: Asked) {
  await resumeService(means, { service_id: params.id }, actor)
  return { href: `/admin/services/${params.id!}`, message: t('extras.pause.resumed') }
}
