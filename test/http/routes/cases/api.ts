import type { RouteCase } from '../route-case.ts'

const base = '/api/v1'
const ids = (prefix: string): RegExp => new RegExp(`"id":"${prefix}_`, 'g')

/** Operations of the API that read, by the names of the endpoint table. */
export const apiCases: readonly RouteCase[] = [
  { route: '/clients', at: () => `${base}/clients?limit=100`, as: 'key', rows: [ids('cli')] },
  { route: '/clients/{client_id}', at: ({ client }) => `${base}/clients/${client}`, as: 'key' },
  { route: '/invoices', at: () => `${base}/invoices?limit=100`, as: 'key', rows: [ids('inv')] },
  {
    route: '/invoices/{invoice_id}/instalments',
    at: ({ overdue }) => `${base}/invoices/${overdue}/instalments`,
    as: 'key',
    rows: [/"position":/g],
  },
  {
    route: '/invoices/{invoice_id}/e-invoice',
    at: ({ paid }) => `${base}/invoices/${paid}/e-invoice?format=cii`,
    as: 'key',
  },
  {
    route: '/invoices/{invoice_id}',
    at: ({ overdue }) => `${base}/invoices/${overdue}`,
    as: 'key',
    rows: [/"description":/g],
  },
  {
    route: '/billing/preview',
    at: () => `${base}/billing/preview?days=60`,
    as: 'key',
    rows: [/"description":/g],
  },
  { route: '/plugin-requests', at: () => `${base}/plugin-requests?limit=100`, as: 'key', rows: [ids('prq')] },
  {
    route: '/plugin-requests/{request_id}',
    at: ({ pluginRequest }) => `${base}/plugin-requests/${pluginRequest}`,
    as: 'key',
  },
  { route: '/deliveries', at: () => `${base}/deliveries?limit=100`, as: 'key', rows: [ids('dlv')] },
  {
    route: '/deliveries/{delivery_id}',
    at: ({ delivery }) => `${base}/deliveries/${delivery}`,
    as: 'key',
  },
  {
    route: '/deliveries/{delivery_id}/give-up',
    at: ({ delivery }) => `${base}/deliveries/${delivery}/give-up`,
    as: 'key',
  },
  { route: '/events', at: () => `${base}/events?limit=100`, as: 'key', rows: [ids('evt')] },
  { route: '/events/{event_id}', at: ({ event }) => `${base}/events/${event}`, as: 'key' },
  { route: '/servers', at: () => `${base}/servers?limit=100`, as: 'key', rows: [ids('srv')] },
  { route: '/servers/{server_id}', at: ({ server }) => `${base}/servers/${server}`, as: 'key' },
  { route: '/server-groups', at: () => `${base}/server-groups`, as: 'key', rows: [ids('svg')] },
  { route: '/transactions', at: () => `${base}/transactions?limit=100`, as: 'key', rows: [/"id":/g] },
  { route: '/orders', at: () => `${base}/orders?limit=100`, as: 'key', rows: [ids('ord')] },
  { route: '/orders/{order_id}', at: ({ order }) => `${base}/orders/${order}`, as: 'key' },
  { route: '/payments', at: () => `${base}/payments?limit=100`, as: 'key', rows: [/"id":/g] },
  { route: '/payments/{payment_id}', at: ({ payment }) => `${base}/payments/${payment}`, as: 'key' },
  {
    route: '/bundles',
    at: ({ brand }) => `${base}/bundles?brand_id=${brand}`,
    as: 'key',
    rows: [ids('bun')],
  },
  { route: '/bundles/{bundle_id}', at: ({ bundle }) => `${base}/bundles/${bundle}`, as: 'key' },
  {
    route: '/catalog',
    at: ({ brand }) => `${base}/catalog?brand_id=${brand}`,
    as: 'key',
    rows: [/- slug: /g],
  },
  { route: '/gifts', at: ({ brand }) => `${base}/gifts?brand_id=${brand}`, as: 'key', rows: [ids('giv')] },
  { route: '/gifts/{gift_id}', at: ({ gift }) => `${base}/gifts/${gift}`, as: 'key' },
  {
    route: '/price-lists',
    at: ({ brand }) => `${base}/price-lists?brand_id=${brand}`,
    as: 'key',
    rows: [ids('plt')],
  },
  {
    route: '/price-lists/{price_list_id}',
    at: ({ priceList }) => `${base}/price-lists/${priceList}`,
    as: 'key',
  },
  { route: '/price-rules', at: ({ brand }) => `${base}/price-rules?brand_id=${brand}`, as: 'key' },
  {
    route: '/price-rules/{price_rule_id}/preview',
    at: ({ priceRule }) => `${base}/price-rules/${priceRule}/preview`,
    as: 'key',
    rows: [/"owner_id":/g],
  },
  {
    route: '/products/{product_id}',
    at: ({ product }) => `${base}/products/${product}`,
    as: 'key',
    rows: [/prd_\w+/g, /"id":"/g],
  },
  {
    route: '/products',
    at: ({ brand }) => `${base}/products?brand_id=${brand}`,
    as: 'key',
    rows: [ids('prd')],
  },
  { route: '/services', at: () => `${base}/services?limit=100`, as: 'key', rows: [ids('svc')] },
  {
    route: '/services/{service_id}/actions',
    at: ({ service }) => `${base}/services/${service}/actions`,
    as: 'key',
  },
  {
    route: '/services/{service_id}/transfers/preview',
    at: ({ service, otherClient }) =>
      `${base}/services/${service}/transfers/preview?to_client_id=${otherClient}&prices=same`,
    as: 'key',
  },
  { route: '/services/{service_id}', at: ({ service }) => `${base}/services/${service}`, as: 'key' },
]
