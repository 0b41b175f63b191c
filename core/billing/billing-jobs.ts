import { issueDocument, type DocumentMeans } from './documents/index.ts'
import type { JobHandlers } from '../jobs/index.ts'
import { systemActor, type IsoDate } from '../kernel/index.ts'
import { topUpCredit } from './credit/top-up.ts'
import { carryOut } from './authorisations/index.ts'
import {
  chargeDueInvoice,
  closeEnded,
  handleWebhook,
  lookUp,
  planCheck,
  removeAtGateway,
  resumeRefund,
  type PaymentRow,
  type Payments,
} from './payments/index.ts'
import { sql } from '../db/index.ts'
import { READ_TASK, readGatewayMoney } from './payouts/index.ts'
import { checkTaxIdJob } from './tax-ids/index.ts'

const janitor = systemActor('payment_janitor')

export function billingJobs(payments: Payments & DocumentMeans): JobHandlers {
  return {
    'billing.charge': (job: { invoice_id: string; attempt: number }) => chargeDueInvoice(payments, job),
    'billing.top_up': (job: { client_id: string; on: IsoDate }) => topUpCredit(payments, job),
    'billing.webhook': (job: { id: string }) => handleWebhook(payments, job),
    'billing.check_payment': (job: { payment_id: string }) => checkAgain(payments, job.payment_id),
    'billing.close_ended': (job: { payment_id: string }) => closeEnded(payments, job.payment_id, janitor),
    'billing.authorisation': async (job: { payment_id: string }) =>
      void (await carryOut(payments, job.payment_id, janitor)),
    'billing.refund': (job: { refund_id: string }) => resumeRefund(payments, job, janitor),
    'billing.document': (job: { invoice_id: string }) => issueDocument(payments, job),
    'billing.check_tax_id': (job: { client_id: string }) => checkTaxIdJob(payments, job),
    // An entry of an older version names no brands.
    [READ_TASK]: async (job: { brandIds?: string[] | null }) =>
      void (await readGatewayMoney(payments, { brandIds: job.brandIds ?? null })),
    'billing.remove_method': (job: { method_id: string }) => removeAtGateway(payments, job),
  }
}

/** Asks the gateway about an attempt without an answer, and plans the next question while there is none. */
async function checkAgain(payments: Payments, paymentId: string): Promise<void> {
  const payment = await payments.db.get<PaymentRow>(sql`select * from payments where id = ${paymentId}`)
  if (!payment) return
  const answered = await lookUp(payments, payment, janitor)
  if (answered.status === 'unknown' || answered.status === 'pending')
    await payments.db.transaction((trx) => planCheck(payments, trx, { ...payment, status: answered.status }))
}
