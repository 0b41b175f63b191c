import type { RouteCase } from '../route-case.ts'
import type { RouteShop } from '../shop.ts'

const of = (route: string, at: (rows: RouteShop['rows']) => string, ...rows: RegExp[]): RouteCase => ({
  ...{ route: `/admin${route}`, at: (ids) => `/admin${at(ids)}`, as: 'staff' },
  ...(rows.length > 0 ? { rows } : {}),
})
const desk = (route: string, ...rows: RegExp[]): RouteCase => of(route, () => route, ...rows)

/** Pages of staff about credit, dunning and what comes from banks and gateways. */
export const paymentCases: readonly RouteCase[] = [
  of('/clients/:id/credit', ({ client }) => `/clients/${client}/credit`, /id="row-jrn_/g, /id="row-crg_/g),
  of('/clients/:id/credit/give', ({ client }) => `/clients/${client}/credit/give`),
  of('/credit-grants/:id/revoke', ({ creditGrant }) => `/credit-grants/${creditGrant}/revoke`),
  desk('/bank-lines', /id="row-bkl_/g),
  desk('/bank-lines/import', /value="bka_/g),
  of('/bank-lines/:id', ({ bankLine }) => `/bank-lines/${bankLine}`),
  desk('/bank-accounts', /id="row-bka_/g),
  desk('/bank-accounts/new', /value="plg_/g),
  of('/bank-accounts/:id', ({ bankAccount }) => `/bank-accounts/${bankAccount}`, /value="plg_/g),
  desk('/payouts', /id="row-pyo_/g),
  of('/payouts/:id', ({ payout }) => `/payouts/${payout}`, /id="row-gmv_/g),
  desk('/agreements', /id="row-agr_/g),
  of('/agreements/:id', ({ agreement }) => `/agreements/${agreement}`),
  of('/agreements/:id/end', ({ agreement }) => `/agreements/${agreement}/end`),
  desk('/gateways', /id="row-plg_/g),
  of('/gateways/:id', ({ instance }) => `/gateways/${instance}`),
  of('/gateways/:id/methods', ({ instance }) => `/gateways/${instance}/methods`),
  desk('/dunning', /id="recovery-\d{4}-/g),
  desk('/dunning/cases', /id="row-inv_/g),
]
