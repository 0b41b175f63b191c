import { sql, type Queries } from '../../db/index.ts'
import { account } from '../ledger.ts'
import { disputedOf } from './dispute-effects.ts'
import { documentShares, leftOf } from './document-shares.ts'
import type { PaymentRow } from './payment.ts'
import { refundPart, refundsInParts } from './refund-parts.ts'

/**
 * What can still go back: neither refunded nor taken back by the bank. Of one of several documents no more than it got
 * of the payment.
 */
export async function refundable(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'received_minor' | 'invoice_id'>,
  documentId: string | null = payment.invoice_id,
): Promise<bigint> {
  const gone = (await refundedOf(queries, payment.id)) + (await disputedOf(queries, payment.id))
  const left = payment.received_minor > gone ? payment.received_minor - gone : 0n
  if (documentId === payment.invoice_id) return left
  const share = leftOf((await documentShares(queries, payment)).get(documentId!))
  return share < left ? share : left
}

/** What has gone back or is on its way back. */
export async function refundedOf(queries: Queries, paymentId: string): Promise<bigint> {
  const row = await queries.get<{ refunded_minor: bigint | null }>(sql`
    select sum(amount_minor) as refunded_minor from refunds where payment_id = ${paymentId} and status <> 'failed'`)
  return row?.refunded_minor ?? 0n
}

/** What no document took of a payment and is not returned yet: it is the client's credit, or was used from there. */
export async function surplusOf(queries: Queries, payment: PaymentRow): Promise<bigint> {
  const { id, invoice_id: invoiceId, received_minor: received } = payment
  // Of a payment for several, credit of one that is named is money of that document.
  const ofNone = invoiceId ? sql`1 = 1` : sql`${refundPart.invoiceId} is null`
  const row = await queries.get<{ applied_minor: bigint; returned_minor: bigint; claimed_minor: bigint }>(sql`
    select coalesce((select sum(a.amount_minor) from allocations a where a.payment_id = ${id} and a.kind = 'payment'), 0) as applied_minor,
      coalesce((select sum(${refundPart.amountMinor}) from ${refundsInParts} where r.payment_id = ${id} and ${refundPart.takenFrom} = 'credit'
        and r.status <> 'failed' and ${ofNone}), 0) as returned_minor,
      coalesce((select sum(o.amount_minor) from disputes d join journals j on j.source_id = d.id
        join postings o on o.journal_id = j.id and o.account = ${account.clientCredit}
        where d.payment_id = ${id}), 0) as claimed_minor`)
  const surplus = received - row!.applied_minor - row!.returned_minor - row!.claimed_minor
  return surplus > 0n ? surplus : 0n
}
