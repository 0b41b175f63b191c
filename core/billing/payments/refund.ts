import type { Instant } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

/**
 * What pays for a refund: "credit_note", the one that it was made with; "credit", what the client holds, such as an
 * overpayment or a deposit; "goodwill", an expense of ours.
 */
export type RefundSource = 'goodwill' | 'credit' | 'credit_note'

export interface RefundRow extends StatefulRow {
  payment_id: string
  client_id: string
  invoice_id: string | null
  credit_note_id: string | null
  destination: 'source' | 'credit' | 'recorded'
  taken_from: RefundSource
  status: 'created' | 'pending' | 'succeeded' | 'failed'
  currency: string
  amount_minor: bigint
  effect_key: string
  reference: string | null
  reason: string
  problem: string | null
  created_at: Instant
  updated_at: Instant
}
