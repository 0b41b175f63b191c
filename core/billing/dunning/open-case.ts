import { sql, type Trx } from '../../db/index.ts'
import { instant, toMs } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { terminateAfter } from '../settings.ts'
import type { PaymentRow } from '../payments/payment.ts'
import { classifyDecline, endsMethod } from './classify-decline.ts'

const actor = systemActor('dunning')

/**
 * Notes a charge that was declined while its client was away: the document's first one opens its case, once, and a
 * method that is done for is not charged again before its holder saves it anew.
 */
export async function openCase(means: Means, trx: Trx, payment: PaymentRow): Promise<void> {
  if (payment.method_id === null) return
  if (payment.invoice_id) await insertCase(means, trx, payment, payment.invoice_id)
  if (payment.method_id && endsMethod(payment.retry)) await refuseMethod(means, trx, payment)
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

async function refuseMethod(means: Means, trx: Trx, payment: PaymentRow): Promise<void> {
  const changed = await trx.run(sql`
    update payment_methods set refused_at = ${means.business.now()}, refused_code = ${payment.decline_code}, version = version + 1, updated_at = ${means.business.now()}
    where id = ${payment.method_id} and refused_at is null`)
  if (changed === 0) return
  await recordAudit(means, trx, actor, [
    {
      ...{ action: 'method.refuse', subject: payment.method_id!, clientId: payment.client_id },
      after: { code: payment.decline_code, payment_id: payment.id },
    },
  ])
}
