import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { mount, type Section } from './pages.ts'
import { agreements } from './agreements.ts'
import { audit } from './audit.ts'
import { automation } from './automation.ts'
import { bank } from './bank.ts'
import { billables } from './billables.ts'
import { billing } from './billing.ts'
import { board } from './board.ts'
import { catalog } from './catalog.ts'
import { copies } from './catalog-copies.ts'
import { orderFields } from './catalog-fields.ts'
import { catalogGroups } from './catalog-groups.ts'
import { optionValues } from './catalog-values.ts'
import { clientGroups } from './client-groups.ts'
import { clientTerms } from './client-terms.ts'
import { clients } from './clients.ts'
import { coupons } from './coupons.ts'
import { credit } from './credit.ts'
import { deals } from './deals.ts'
import { deliveries } from './deliveries.ts'
import { documentTexts } from './document-texts.ts'
import { letters } from './letters.ts'
import { dunning } from './dunning.ts'
import { eInvoices } from './e-invoices.ts'
import { exchangeRates } from './exchange-rates.ts'
import { firstSteps } from './first-steps.ts'
import { gateways } from './gateways.ts'
import { giftCards } from './gift-cards.ts'
import { health } from './health.ts'
import { instalments } from './instalments.ts'
import { invoiceLinks } from './invoice-links.ts'
import { invoices } from './invoices.ts'
import { cancelReasonPages } from './cancel-reasons.ts'
import { leftCarts } from './left-carts.ts'
import { ledger } from './ledger.ts'
import { me } from './me.ts'
import { messages } from './messages.ts'
import { notices } from './notices.ts'
import { numberSeries } from './number-series.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'
import { payouts } from './payouts.ts'
import { people } from './people.ts'
import { pluginLife } from './plugin-life.ts'
import { pluginRequests } from './plugin-requests.ts'
import { plugins } from './plugins.ts'
import { priceCampaigns } from './price-campaigns.ts'
import { priceLists } from './price-lists.ts'
import { priceSteps } from './price-steps.ts'
import { productTerms } from './product-terms.ts'
import { quotes } from './quotes.ts'
import { reconciler } from './reconciler.ts'
import { carried } from './carried.ts'
import { regroup } from './regroup.ts'
import { renewals } from './renewals.ts'
import { transfers } from './transfers.ts'
import { reserved } from './reserved.ts'
import { reports } from './reports.ts'
import { serverAccounts } from './server-accounts.ts'
import { serverGroups } from './server-groups.ts'
import { servers } from './servers.ts'
import { serviceActs, signOnRoute } from './service-acts.ts'
import { services } from './services.ts'
import { settings } from './settings.ts'
import { shops } from './shops.ts'
import { staff } from './staff.ts'
import { statements } from './statements.ts'
import { taxBuyers } from './tax-buyers.ts'
import { taxReports } from './tax-reports.ts'
import { tax } from './tax.ts'
import { terms } from './terms.ts'
import { trust } from './trust.ts'
import { users } from './users.ts'

export { adminFrame } from './frame.ts'
export type * from './ports.ts'

const sections: readonly Section[] = [
  ...[board, firstSteps, clients, people, users, clientGroups, clientTerms, terms, orders, leftCarts, quotes],
  ...[services, cancelReasonPages, serviceActs, renewals, transfers, deliveries],
  ...[servers, serverAccounts, serverGroups, trust],
  ...[
    invoices,
    instalments,
    reserved,
    invoiceLinks,
    carried,
    regroup,
    billables,
    documentTexts,
    numberSeries,
    letters,
    eInvoices,
    statements,
  ],
  ...[payments, dunning, gateways, bank, payouts, agreements, credit, giftCards],
  ...[billing, ledger, reports, reconciler, tax, taxBuyers, taxReports],
  ...[
    catalog,
    catalogGroups,
    copies,
    orderFields,
    optionValues,
    productTerms,
    priceLists,
    priceSteps,
    priceCampaigns,
    exchangeRates,
    coupons,
    deals,
  ],
  ...[
    plugins,
    pluginLife,
    pluginRequests,
    automation,
    messages,
    notices,
    audit,
    settings,
    shops,
    staff,
    health,
    me,
  ],
]

/** Routes of staff. Each page and act checks its permission before anything is read; verbs check it again. */
export function adminRoutes(router: Router<State>): void {
  router.get('/admin/live', liveStream)
  signOnRoute(router)
  for (const section of sections) mount(router, section)
}
