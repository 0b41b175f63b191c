import type { Migration } from '../core/db/index.ts'

/** In the order in which they run. A migration is never edited once a release has carried it. */
export const migrations: readonly Migration[] = [
  { name: '0001_means', breaking: false, load: () => import('./0001_means.ts') },
  { name: '0002_people', breaking: false, load: () => import('./0002_people.ts') },
  { name: '0003_catalog', breaking: false, load: () => import('./0003_catalog.ts') },
  { name: '0004_plugins', breaking: false, load: () => import('./0004_plugins.ts') },
  { name: '0005_services', breaking: false, load: () => import('./0005_services.ts') },
  { name: '0006_orders', breaking: false, load: () => import('./0006_orders.ts') },
  { name: '0007_billing', breaking: false, load: () => import('./0007_billing.ts') },
  { name: '0008_payments', breaking: false, load: () => import('./0008_payments.ts') },
  { name: '0009_ledger', breaking: false, load: () => import('./0009_ledger.ts') },
  { name: '0010_tax_levels', breaking: false, load: () => import('./0010_tax_levels.ts') },
  { name: '0011_plugin_versions', breaking: false, load: () => import('./0011_plugin_versions.ts') },
  { name: '0012_ledger_refusals', breaking: false, load: () => import('./0012_ledger_refusals.ts') },
  { name: '0013_refund_source', breaking: false, load: () => import('./0013_refund_source.ts') },
  { name: '0014_number_series', breaking: false, load: () => import('./0014_number_series.ts') },
  { name: '0015_plugin_offers', breaking: false, load: () => import('./0015_plugin_offers.ts') },
  { name: '0016_prices', breaking: false, load: () => import('./0016_prices.ts') },
  { name: '0017_changes', breaking: false, load: () => import('./0017_changes.ts') },
  { name: '0018_documents', breaking: false, load: () => import('./0018_documents.ts') },
  { name: '0019_offers', breaking: false, load: () => import('./0019_offers.ts') },
  { name: '0020_tax', breaking: false, load: () => import('./0020_tax.ts') },
  { name: '0021_payments', breaking: false, load: () => import('./0021_payments.ts') },
  { name: '0022_books', breaking: false, load: () => import('./0022_books.ts') },
  { name: '0023_payments_more', breaking: false, load: () => import('./0023_payments_more.ts') },
  { name: '0026_corrections', breaking: false, load: () => import('./0026_corrections.ts') },
]
