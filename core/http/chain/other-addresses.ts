import type { Step } from '../context.ts'
import { seeOther } from '../page/index.ts'

/**
 * Addresses that have no page of their own, and where what they promise stands: a list of its client, a part of a page.
 * They are for links made elsewhere; nothing here reads, so whoever may not see the page learns nothing.
 */
export const OTHER_ADDRESSES: Readonly<Record<string, string>> = {
  '/portal/payment-methods/new': '/portal/payment-methods',
  '/portal/account/people/invite': '/portal/account/people#invite-email',
  '/portal/services/:id/access': '/portal/services/:id#access',
  '/portal/services/:id/billing': '/portal/services/:id#billing',
  '/portal/services/:id/history': '/portal/services/:id#history',
  '/portal/services/:id/people': '/portal/account/people',
  '/admin/clients/:id/services': '/admin/services?client=:id',
  '/admin/clients/:id/orders': '/admin/orders?client=:id',
  '/admin/clients/:id/quotes': '/admin/quotes?client=:id',
  '/admin/clients/:id/charges': '/admin/billables?client=:id',
  '/admin/clients/:id/invoices': '/admin/invoices?client=:id',
  '/admin/clients/:id/payments': '/admin/payments?client=:id',
  '/admin/clients/:id/messages': '/admin/messages?client=:id',
  '/admin/plugins/:id/settings': '/admin/plugins/:id#plugin-instances',
  '/admin/plugins/:id/permissions': '/admin/plugins/:id#plugin-permissions',
  '/admin/plugins/:id/health': '/admin/plugins/:id#plugin-figures',
  '/admin/plugins/:id/log': '/admin/plugins/:id#instance-log',
  '/admin/plugins/:id/versions': '/admin/plugins/:id#plugin-versions',
}

/** Stands behind the guard and before the routes. */
export const otherAddresses: Step = (ctx, next) => {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
  const id = /^\/(?:portal|admin)\/(?:services|clients|plugins)\/([\w-]+)\//.exec(ctx.path)?.[1] ?? ''
  const target = OTHER_ADDRESSES[id === '' ? ctx.path : ctx.path.replace(`/${id}/`, '/:id/')]
  if (target === undefined) return next()
  // 303, not 308: a page of its own may stand there one day.
  seeOther(ctx, target.replace(':id', id))
}
