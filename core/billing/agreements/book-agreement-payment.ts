import type { GatewayFact } from '../../../sdk/index.ts'
import { sql, type Sql, type Trx } from '../../db/index.ts'
import type { Actor, Instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { bookSuccess } from '../payments/book-success.ts'
import { findPayment, insertPayment } from '../payments/payment.ts'
import { lockAgreement, type AgreementRow } from './agreement.ts'

interface Told {
  instanceId: string
  fact: Extract<GatewayFact, { fact: 'agreement_payment' }>
  occurredAt: Instant | undefined
}

/**
 * Books money that a gateway took by itself on the oldest open invoice of the service that the agreement pays for. Where
 * none is open it is the client's credit, for the next one; where ours was paid too, the reconciler says so.
 */
export async function bookAgreementPayment(
  means: Means,
  trx: Trx,
  { instanceId, fact, occurredAt }: Told,
  actor: Actor,
): Promise<string> {
  const { reference, amount, fee } = fact
  const agreement = await lockAgreement(trx, instanceId, fact.agreement)
  const known = await findPayment(trx, { instanceId, reference })
  if (known) return `payment ${known.id} known`
  if (!agreement?.service_id || agreement.currency !== amount.currency)
    return `unmatched payment ${reference} of agreement ${fact.agreement}`
  const payment = await insertPayment(trx, {
    ...{ id: means.newId('pay'), brandId: agreement.brand_id, clientId: agreement.client_id! },
    ...{ invoiceId: await invoiceOf(trx, agreement), instanceId, agreementId: agreement.id },
    ...{ kind: 'agreement', currency: amount.currency, amountMinor: BigInt(amount.minor), attempt: 1 },
    ...{ effectKey: `agreement/${instanceId}/${reference}`, now: means.business.now() },
  })
  const received = {
    ...{ reference, currency: amount.currency, amountMinor: BigInt(amount.minor) },
    ...{ feeMinor: fee?.currency === amount.currency ? BigInt(fee.minor) : 0n, occurredAt },
  }
  const booked = await bookSuccess(means, trx, { payment, received }, actor)
  return `payment ${booked.id} ${booked.status}`
}

/** What is open first, the oldest of it; else the last one, which then was paid twice. */
async function invoiceOf(
  trx: Trx,
  { service_id, client_id, currency }: AgreementRow,
): Promise<string | null> {
  const find = (which: Sql) =>
    trx.get<{ id: string }>(sql`
      select i.id from invoices i where i.client_id = ${client_id} and i.currency = ${currency} and i.kind = 'invoice'
        and exists (select 1 from invoice_lines l where l.invoice_id = i.id and l.source_id = ${service_id}) and ${which} limit 1`)
  const open = await find(sql`i.status = 'issued' order by i.due_on, i.id`)
  const last = open ?? (await find(sql`i.status = 'paid' order by i.due_on desc, i.id desc`))
  return last?.id ?? null
}
