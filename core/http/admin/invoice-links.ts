import { createInvoiceLink, revokeInvoiceLink } from '../../billing/index.ts'
import { countOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { linkMade, linksPage } from './views/invoice-links.ts'

export const invoiceLinks: Section = {
  pages: [{ path: '/invoices/:id/links', permission: 'invoice.create_link', draw: linksPage }],
  acts: [
    { path: '/invoices/:id/links', permission: 'invoice.create_link', again: linksPage, act: create },
    { path: '/invoices/:id/links/:link/revoke', permission: 'invoice.revoke_link', act: revoke },
  ],
}

/** The address is shown now and never again. */
async function create(desk: Desk, { form, params }: Asked) {
  const input = { invoice_id: params.id, days: countOf(form, 'days') ?? 30, send: ticked(form, 'send') }
  const { url } = await createInvoiceLink(desk.means, input, desk.actor)
  const href = `/admin/invoices/${params.id!}/links`
  return { href, once: linkMade(desk, { url, invoiceId: params.id! }) }
}

async function revoke({ means, actor, t }: Desk, { params }: Asked) {
  await revokeInvoiceLink(means, { invoice_id: params.id, link_id: params.link }, actor)
  return { href: `/admin/invoices/${params.id!}/links`, message: t('admin.links.revoked') }
}
