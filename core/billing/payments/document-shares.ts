import { sql, type Queries } from '../../db/index.ts'
import type { PaymentRow } from './payment.ts'
import { refundPart, refundsInParts } from './refund-parts.ts'

/** What a document has of a payment, in minor units. */
export interface DocumentShare {
  /** What was applied to it, less what the bank took back of that. */
  appliedMinor: bigint
  /** What went back of it, or is on its way back. */
  refundedMinor: bigint
}

/**
 * By document, what a payment has brought it and what of that went back. Refunds of a payment of one document are of
 * that; of one for several each says itself which document it is of, and one that says none is of none of these.
 */
export async function documentShares(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'invoice_id'>,
): Promise<Map<string, DocumentShare>> {
  const counts = payment.invoice_id ? sql`${refundPart.takenFrom} <> 'credit'` : sql`1 = 1`
  const rows = await queries.all<{ id: string; applied_minor: bigint; refunded_minor: bigint }>(sql`
    select a.invoice_id as id, sum(a.amount_minor) as applied_minor,
      coalesce((select sum(${refundPart.amountMinor}) from ${refundsInParts} where r.payment_id = ${payment.id}
        and ${refundPart.invoiceId} = a.invoice_id and r.status <> 'failed' and ${counts}), 0) as refunded_minor
    from allocations a where a.payment_id = ${payment.id} group by a.invoice_id order by a.invoice_id`)
  return new Map(
    rows.map((row) => [row.id, { appliedMinor: row.applied_minor, refundedMinor: row.refunded_minor }]),
  )
}

/** What a document still has of a payment: neither taken back by the bank nor refunded. */
export function leftOf(share: DocumentShare | undefined): bigint {
  const left = share ? share.appliedMinor - share.refundedMinor : 0n
  return left > 0n ? left : 0n
}
