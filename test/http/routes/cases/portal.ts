import type { RouteCase } from '../route-case.ts'

/** What a client opens for itself. */
export const portalCases: readonly RouteCase[] = [
  {
    route: '/portal',
    at: () => '/portal',
    as: 'client',
    rows: [/href="\/portal\/invoices\/inv_/g, /href="\/portal\/services\/svc_/g],
  },
  { route: '/portal/live', at: () => '/portal/live', as: 'client', stream: true },
  { route: '/portal/switch', at: () => '/portal/switch', as: 'keeper', rows: [/\/portal\/switch\/cli_/g] },
  {
    route: '/portal/services',
    at: () => '/portal/services?per=100',
    as: 'client',
    rows: [/href="\/portal\/services\/svc_/g],
  },
  {
    route: '/portal/services/:serviceId',
    at: ({ service }) => `/portal/services/${service}`,
    as: 'client',
    rows: [/\/access\/\d+/g, />\s*More\s*</g],
  },
  {
    route: '/portal/services/:serviceId/files/:fieldId',
    at: ({ service, serviceFile }) => `/portal/services/${service}/files/${serviceFile}`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/usage',
    at: ({ service }) => `/portal/services/${service}/usage`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/actions',
    at: ({ service }) => `/portal/services/${service}/actions`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/actions/:action',
    at: ({ service }) => `/portal/services/${service}/actions/create_snapshot`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/upgrade',
    at: ({ service }) => `/portal/services/${service}/upgrade`,
    as: 'client',
    rows: [/Product \d+/g, /Option \d+/g, /Place \d+/g],
  },
  {
    route: '/portal/services/:serviceId/upgrade/preview',
    at: ({ service, product, option }) =>
      `/portal/services/${service}/upgrade/preview?plan=${product}+1m&o.${option}=nyc`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/extras',
    at: ({ service }) => `/portal/services/${service}/extras`,
    as: 'client',
    rows: [/Product \d+/g],
  },
  {
    route: '/portal/services/:serviceId/extras/:productId',
    at: ({ service, addon }) => `/portal/services/${service}/extras/${addon}?quantity=2`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/quantity',
    at: ({ part }) => `/portal/services/${part}/quantity?quantity=3`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/pause',
    at: ({ service }) => `/portal/services/${service}/pause`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/cancel',
    at: ({ service }) => `/portal/services/${service}/cancel`,
    as: 'client',
  },
  {
    route: '/portal/services/:serviceId/cancel/offer',
    at: ({ service }) => `/portal/services/${service}/cancel/offer`,
    as: 'client',
    status: 303,
  },
  { route: '/portal/credit/gift-card', at: () => '/portal/credit/gift-card', as: 'client' },
  {
    route: '/portal/quotes',
    at: () => '/portal/quotes?per=100',
    as: 'client',
    rows: [/href="\/quotes\/quo_\w+"/g],
  },
  {
    route: '/portal/invoices',
    at: () => '/portal/invoices?per=100',
    as: 'client',
    rows: [/href="\/portal\/invoices\/inv_\w+"/g],
  },
  {
    route: '/portal/invoices/upcoming',
    at: () => '/portal/invoices/upcoming',
    as: 'client',
    rows: [/quay-\d+/g],
  },
  {
    route: '/portal/invoices/:invoiceId',
    at: ({ overdue }) => `/portal/invoices/${overdue}`,
    as: 'client',
    rows: [/Line \d+/g],
  },
  {
    route: '/portal/invoices/:invoiceId.xml',
    at: ({ paid }) => `/portal/invoices/${paid}.xml`,
    as: 'client',
  },
  {
    route: '/portal/invoices/:invoiceId.pdf',
    at: ({ paid }) => `/portal/invoices/${paid}.pdf`,
    as: 'client',
  },
  {
    route: '/portal/invoices/:invoiceId/pay',
    at: ({ overdue }) => `/portal/invoices/${overdue}/pay`,
    as: 'client',
    rows: [/Visa \d+/g, /Gateway \d+/g],
  },
  {
    route: '/portal/orders',
    at: () => '/portal/orders?per=100',
    as: 'client',
    rows: [/href="\/portal\/orders\/ord_/g],
  },
  {
    route: '/portal/orders/:orderId',
    at: ({ order }) => `/portal/orders/${order}`,
    as: 'client',
    rows: [/Minecraft/g],
  },
  {
    route: '/portal/payment-methods',
    at: () => '/portal/payment-methods',
    as: 'client',
    rows: [/Visa \d+/g],
  },
  {
    route: '/portal/pay',
    at: () => '/portal/pay',
    as: 'client',
    rows: [/name="pick\[inv_/g, /Gateway \d+/g],
  },
  {
    route: '/portal/statement',
    at: () => '/portal/statement?from=2020-01-01&to=2030-01-01',
    as: 'client',
    rows: [/id="jrn_\w+"/g],
  },
  {
    route: '/portal/statement.pdf',
    at: () => '/portal/statement.pdf?from=2020-01-01&to=2020-01-31',
    as: 'client',
  },
  {
    route: '/portal/statement.csv',
    at: () => '/portal/statement.csv?from=2020-01-01&to=2030-01-01',
    as: 'client',
    rows: [/\r\n/g],
  },
  { route: '/portal/credit', at: () => '/portal/credit', as: 'client', rows: [/0\.01/g, /Gateway \d+/g] },
  {
    route: '/portal/transactions',
    at: () => '/portal/transactions?per=100',
    as: 'client',
    rows: [/BANK-\d+/g],
  },
  { route: '/portal/account', at: () => '/portal/account', as: 'client' },
  {
    route: '/portal/account/people',
    at: () => '/portal/account/people',
    as: 'client',
    rows: [/u\d+@user\.example/g],
  },
  { route: '/portal/security', at: () => '/portal/security', as: 'client', rows: [/\/sessions\/ses_/g] },
  {
    route: '/portal/messages',
    at: () => '/portal/messages?per=100',
    as: 'client',
    rows: [/href="\/portal\/messages\/msg_/g],
  },
  { route: '/portal/messages/:messageId', at: ({ message }) => `/portal/messages/${message}`, as: 'client' },
  { route: '/portal/x/:plugin/:page', at: () => '/portal/x/nobody/page', as: 'client', status: 404 },
]
