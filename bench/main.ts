import type { Judged } from './figure.ts'

type Bench = () => Promise<Judged[]>

/** `npm run bench -- NAME …`; without names everything. Ends with 1 when a bar is missed. */
const benches: Record<string, () => Promise<Bench>> = {
  'billing-run': async () => (await import('./billing-run.ts')).benchBillingRun,
  pages: async () => (await import('./pages.ts')).benchPages,
  webhooks: async () => (await import('./webhooks.ts')).benchWebhooks,
  jobs: async () => (await import('./jobs.ts')).benchJobs,
  hooks: async () => (await import('./hooks.ts')).benchHooks,
  sandbox: async () => (await import('./sandbox.ts')).benchSandbox,
  books: async () => (await import('./books.ts')).benchBooks,
  'one-client': async () => (await import('./billing/one-client.ts')).benchOneClient,
  preview: async () => (await import('./billing/preview-million.ts')).benchPreviewMillion,
  start: async () => (await import('./start.ts')).benchStart,
}

/** Parts of the above, by their figures. */
const parts: typeof benches = {
  ledger_posting: async () => (await import('./books/ledger-posting.ts')).benchLedgerPosting,
  webhook_to_payment: async () => (await import('./books/webhook-to-payment.ts')).benchWebhookToPayment,
  statement_ms: async () => (await import('./books/statement.ts')).benchStatement,
  invoice_pdf: async () => (await import('./books/invoice-pdf.ts')).benchInvoicePdf,
  billing_run_sqlite: async () => (await import('./billing/on-sqlite.ts')).benchOnSqlite,
  billing_run_full_sqlite: async () => (await import('./billing/on-sqlite.ts')).benchFullOnSqlite,
  billing_run_full_postgres: async () => (await import('./billing/on-postgres.ts')).benchFullOnPostgres,
  billing_run_postgres: async () => (await import('./billing/on-postgres.ts')).benchOnPostgres,
  billing_run_growth: async () => (await import('./billing/growth.ts')).benchGrowth,
  billing_run_page_p99: async () => (await import('./billing/page-wait.ts')).benchPageWait,
}
const all = { ...benches, ...parts }

const names = process.argv.slice(2)
const unknown = names.filter((name) => !(name in all))
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}". There are: ${Object.keys(all).join(', ')}.`)
  process.exit(1)
}
const judged: Judged[] = []
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  const bench = await all[name]!()
  judged.push(...(await bench()))
}
const missed = judged.filter((figure) => !figure.met).map((figure) => figure.name)
console.log(
  missed.length === 0
    ? `bench: ${judged.length} figures, all bars met`
    : `bench: missed ${missed.join(', ')}`,
)
process.exit(missed.length === 0 ? 0 : 1)
