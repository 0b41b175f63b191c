import { benchInvoicePdf } from './books/invoice-pdf.ts'
import { benchLedgerPosting } from './books/ledger-posting.ts'
import { benchStatement } from './books/statement.ts'
import { benchWebhookToPayment } from './books/webhook-to-payment.ts'
import type { Judged } from './figure.ts'

/** What is asked of ledger, payments, statements and PDFs. */
export async function benchBooks(): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const bench of [benchLedgerPosting, benchWebhookToPayment, benchStatement, benchInvoicePdf])
    judged.push(...(await bench()))
  return judged
}
