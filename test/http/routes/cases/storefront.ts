import type { RouteCase } from '../route-case.ts'

/** In the navigation of every page of the shop. */
const groups = /href="\/shop\/group-\d+"/g

/** The shop front, getting in, the reference of the API, and what only a sample installation has. */
export const storefrontCases: readonly RouteCase[] = [
  { route: '/', at: () => '/', as: 'client', rows: [groups] },
  { route: '/shop', at: () => '/shop', as: 'client', rows: [groups] },
  { route: '/shop/:group', at: () => '/shop/games', as: 'client', rows: [/href="\/products\/product-\d+/g] },
  {
    route: '/products/:product',
    at: () => '/products/minecraft',
    as: 'client',
    rows: [/>\s*Option \d+/g, /Place \d+/g, /Field \d+/g, /Product \d+/g],
  },
  { route: '/x/:plugin/:page', at: () => '/x/nobody/page', as: 'client', status: 404, rows: [groups] },
  { route: '/cart', at: () => '/cart', as: 'client', rows: [/\/cart\/items\/cti_\w+\/remove/g] },
  { route: '/checkout', at: () => '/checkout', as: 'client', rows: [/Gateway \d+/g] },
  { route: '/orders/:order', at: ({ order }) => `/orders/${order}`, as: 'client', rows: [/Minecraft/g] },
  { route: '/orders/:order/pay', at: ({ order }) => `/orders/${order}/pay`, as: 'client', status: 303 },
  { route: '/bundles', at: () => '/bundles', as: 'guest', rows: [/href="\/bundles\/start-\d+"/g] },
  { route: '/bundles/:bundle', at: () => '/bundles/start', as: 'guest', rows: [/Group \d+/g] },
  { route: '/quotes/:quote', at: ({ quote }) => `/quotes/${quote}`, as: 'client', rows: [/Group \d+/g] },
  { route: '/quotes/:quote.pdf', at: ({ quote }) => `/quotes/${quote}.pdf`, as: 'client' },
  { route: '/legal/terms', at: () => '/legal/terms', as: 'guest', rows: [/Clause \d+/g] },
  { route: '/legal/terms/:version', at: () => '/legal/terms/2026-01', as: 'guest', rows: [/Clause \d+/g] },
  { route: '/pay/:token', at: ({ payToken }) => `/pay/${payToken}`, as: 'guest', rows: [/Gateway \d+/g] },
  { route: '/pay/:token/invoice.pdf', at: ({ paidToken }) => `/pay/${paidToken}/invoice.pdf`, as: 'guest' },
  { route: '/sign-in', at: () => '/sign-in', as: 'guest' },
  { route: '/sign-up', at: () => '/sign-up', as: 'guest' },
  { route: '/reset', at: () => '/reset', as: 'guest' },
  { route: '/reset/:token', at: ({ tokens }) => `/reset/${tokens.reset}`, as: 'guest' },
  { route: '/verify-email/:token', at: ({ tokens }) => `/verify-email/${tokens.verify}`, as: 'guest' },
  { route: '/confirm', at: () => '/confirm', as: 'client' },
  { route: '/admin/sign-in', at: () => '/admin/sign-in', as: 'guest' },
  { route: '/admin/reset', at: () => '/admin/reset', as: 'guest' },
  { route: '/admin/reset/:token', at: ({ tokens }) => `/admin/reset/${tokens.staffReset}`, as: 'guest' },
  { route: '/admin/confirm', at: () => '/admin/confirm', as: 'staff' },
  { route: '/admin/setup', at: () => '/admin/setup', as: 'guest' },
  { route: '/developers', at: () => '/developers', as: 'guest', rows: [groups] },
  { route: '/developers/api', at: () => '/developers/api', as: 'guest', rows: [groups] },
  { route: '/developers/api/:tag', at: () => '/developers/api/invoices', as: 'guest', rows: [groups] },
  { route: '/sample', at: () => '/sample', as: 'guest', rows: [groups] },
  { route: '/sample/mail', at: () => '/sample/mail', as: 'guest', status: 303 },
  { route: '/sample/clock', at: () => '/sample/clock', as: 'guest', status: 303 },
  { route: '/sample/companies', at: () => '/sample/companies', as: 'guest', status: 303 },
  { route: '/admin/sample', at: () => '/admin/sample', as: 'staff' },
]
