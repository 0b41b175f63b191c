import { sql, type Trx } from '../../db/index.ts'
import { instant, toMs } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { terminateAfter } from '../settings.ts'
import type { MethodRow } from '../payments/keep-method.ts'
import type { PaymentRow } from '../payments/payment.ts'
import { refuseMethod } from '../payments/refuse-method.ts'
import { classifyDecline, endsMethod } from './classify-decline.ts'

const actor = systemActor('dunning')

/**
 * Notes a charge that was declined while its client was away: the document's first one opens its case, once, and a
 * method that is done for is not charged again before its holder saves it anew.
 */
export async function openCase(means: Means, trx: Trx, payment: PaymentRow): Promise<void> {
  if (payment.method_id === null) return
  if (payment.invoice_id) await insertCase(means, trx, payment, payment.invoice_id)
  if (!endsMethod(payment.retry)) return
  const method = await trx.get<MethodRow>(sql`select * from payment_methods where id = ${payment.method_id}`)
  await refuseMethod(means, trx, { method, code: payment.decline_code, paymentId: payment.id }, actor)
}

async function insertCase(means: Means, trx: Trx, payment: PaymentRow, invoiceId: string): Promise<void> {
  const now = means.business.now()
  const days = await readSetting(trx, terminateAfter, {
    brand: payment.brand_id,
    client: payment.client_id,
  })
  await trx.run(sql`
    insert into dunning_cases (invoice_id, brand_id, client_id, payment_id, currency, failed_minor, decline_class, decline_code, month, failed_at, window_ends_at)
    values (${invoiceId}, ${payment.brand_id}, ${payment.client_id}, ${payment.id}, ${payment.currency}, ${payment.amount_minor},
      ${classifyDecline(payment.retry)}, ${payment.decline_code ?? 'declined'}, ${now.slice(0, 7)}, ${now}, ${instant(toMs(now) + days * 86_400_000)})
    on conflict (invoice_id) do nothing`)
}
