import { sql, type Queries } from '../../db/index.ts'
import { account, type Posting } from '../ledger.ts'
import type { RefundRow, RefundSource } from './refund.ts'

/** A part of a refund, in minor units: what it is of and what pays for it. */
export interface RefundPartRow {
  id: string
  refund_id: string
  position: number
  /** Null: of no document. */
  invoice_id: string | null
  taken_from: RefundSource
  credit_note_id: string | null
  amount_minor: bigint
}

/** Refunds "r", one row for each part: a refund that nobody allotted is one part by itself. */
export const refundsInParts = sql`refunds r left join refund_parts rt on rt.refund_id = r.id`

/** What a part is of, what pays for it and how much it is, of a row of "refundsInParts". */
export const refundPart = {
  invoiceId: sql`case when rt.refund_id is null then r.invoice_id else rt.invoice_id end`,
  takenFrom: sql`coalesce(rt.taken_from, r.taken_from)`,
  amountMinor: sql`coalesce(rt.amount_minor, r.amount_minor)`,
}

export function readParts(queries: Queries, refundId: string): Promise<RefundPartRow[]> {
  return queries.all<RefundPartRow>(
    sql`select * from refund_parts where refund_id = ${refundId} order by position`,
  )
}

/** What credit pays is no expense any more. */
export function allottedPostings(
  { currency, client_id: clientId }: RefundRow,
  amountMinor: bigint,
): Posting[] {
  return [
    { account: account.clientCredit, currency, clientId, amountMinor },
    { account: account.refunds, currency, amountMinor: -amountMinor },
  ]
}

/** What was booked of it besides its sending, to be turned round when it comes back. */
export async function postingsOfParts(queries: Queries, refund: RefundRow): Promise<Posting[]> {
  const parts = await readParts(queries, refund.id)
  return parts
    .filter(({ taken_from }) => taken_from !== 'goodwill')
    .flatMap(({ amount_minor }) => allottedPostings(refund, amount_minor))
}
