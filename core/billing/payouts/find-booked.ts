import { sql, type Queries, type Trx } from '../../db/index.ts'
import { lockPayment } from '../payments/payment.ts'
import { BY_HAND } from '../payments/refund-place.ts'
import type { BookedMovement } from './plan-movement.ts'
import { FEE_ALONE, type MovementRow } from './movement.ts'

/** What a movement at a gateway is in our books. */
export interface Candidate {
  booked: BookedMovement
  brandId: string
  paymentId: string | null
  /** Null for money that came back from a refund, where that has a journal and no transaction. */
  transactionId: string | null
  /** The refund that staff recorded as sent by hand: its money has to be moved to the gateway that tells of it. */
  byHandId?: string
}

/**
 * By the gateway's reference of the payment, refund or dispute, and by the direction of the money. Nothing is guessed
 * from sums: two clients may pay the same on the same day.
 */
export async function findBooked(trx: Trx, row: MovementRow): Promise<Candidate | null> {
  if (row.of_reference === null) return null
  const wanted = WANTED[row.kind]?.(row.of_reference, row.amount_minor < 0n)
  if (!wanted) return null
  const found = await findTransaction(trx, row, wanted)
  if (found) return found
  if (wanted.kind === 'refund') return findRefundByHand(trx, row)
  return wanted.kind === 'refund_failed' ? findFailedRefund(trx, row) : null
}

interface Wanted {
  kind: string
  reference: string
}

const WANTED: Readonly<Record<string, (reference: string, isOut: boolean) => Wanted>> = {
  payment: (reference) => ({ kind: 'payment', reference }),
  [FEE_ALONE]: (reference) => ({ kind: 'payment', reference }),
  refund: (reference, isOut) => ({ kind: isOut ? 'refund' : 'refund_failed', reference }),
  dispute: (reference, isOut) =>
    isOut ? { kind: 'dispute', reference } : { kind: 'dispute_returned', reference: `${reference}/returned` },
}

async function findTransaction(
  queries: Queries,
  row: MovementRow,
  { kind, reference }: Wanted,
): Promise<Candidate | null> {
  const found = await queries.get<{
    id: string
    brand_id: string
    payment_id: string | null
    currency: string
    amount_minor: bigint
    fee_minor: bigint
  }>(sql`
    select x.id, x.brand_id, x.payment_id, x.currency, x.amount_minor, x.fee_minor from transactions x
    where x.instance_id = ${row.instance_id} and x.reference = ${reference} and x.kind = ${kind}
      and not exists (select 1 from gateway_movements m where m.transaction_id = x.id and m.id <> ${row.id})`)
  if (!found) return null
  return {
    booked: { currency: found.currency, amountMinor: found.amount_minor, feeMinor: found.fee_minor },
    ...{ brandId: found.brand_id, paymentId: found.payment_id, transactionId: found.id },
  }
}

/** Made in the gateway's own pages and recorded by staff under the gateway's reference; no event told of it. */
async function findRefundByHand(queries: Queries, row: MovementRow): Promise<Candidate | null> {
  const refund = await queries.get<Refund & { id: string; transaction_id: string; brand_id: string }>(sql`
    select r.id, r.payment_id, r.currency, r.amount_minor, x.id as transaction_id, x.brand_id
    from refunds r join payments p on p.id = r.payment_id
      join transactions x on x.payment_id = p.id and x.kind = 'refund' and x.instance_id = ${BY_HAND} and x.reference = r.reference
    where p.instance_id = ${row.instance_id} and r.reference = ${row.of_reference} and r.destination = 'recorded'
      and r.status <> 'failed'`)
  if (!refund) return null
  return {
    booked: { currency: refund.currency, amountMinor: -refund.amount_minor, feeMinor: 0n },
    ...{ brandId: refund.brand_id, paymentId: refund.payment_id, transactionId: refund.transaction_id },
    byHandId: refund.id,
  }
}

interface Refund {
  payment_id: string
  currency: string
  amount_minor: bigint
}

/** A refund that came back before such movements were kept: its money is at the gateway again. */
async function findFailedRefund(trx: Trx, row: MovementRow): Promise<Candidate | null> {
  const refund = await trx.get<Refund>(sql`
    select r.payment_id, r.currency, r.amount_minor from refunds r join payments p on p.id = r.payment_id
      join journals j on j.source_id = r.id and j.kind = 'refund_failed'
    where p.instance_id = ${row.instance_id} and r.reference = ${row.of_reference} and r.status = 'failed'
      and not exists (select 1 from transactions x where x.instance_id = p.instance_id and x.reference = r.reference and x.kind = 'refund_failed')
      and exists (select 1 from journals s where s.source_id = r.id and s.kind = 'refund_sent')
      and not exists (select 1 from gateway_movements m where m.instance_id = ${row.instance_id} and m.of_reference = r.reference
        and m.kind = 'refund' and m.amount_minor > 0 and m.status = 'booked' and m.id <> ${row.id})`)
  if (!refund) return null
  const payment = await lockPayment(trx, refund.payment_id)
  return {
    booked: { currency: refund.currency, amountMinor: refund.amount_minor, feeMinor: 0n },
    ...{ brandId: payment.brand_id, paymentId: payment.id, transactionId: null },
  }
}
