import { defineLifecycle, type Instant } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

export type DiscrepancyKind =
  | 'unplanned'
  | 'undelivered'
  | 'charged_twice'
  | 'overpaid'
  | 'charged_by_agreement'
  | 'unknown_transaction'
  | 'unmatched_movement'
  | 'payout_differs'
  | 'unsettled'

export const discrepancyLifecycle = defineLifecycle('discrepancy', {
  initial: 'open',
  transitions: {
    repair: { from: ['open'], to: 'repaired' },
    /** Staff know better: it is not shown again as long as it lasts. */
    dismiss: { from: ['open'], to: 'dismissed' },
    /** The reconciler does not find it any more. */
    vanish: { from: ['open', 'dismissed'], to: 'gone', fact: 'both sides agree again' },
    return: {
      from: ['repaired', 'gone'],
      to: 'open',
      fact: 'both sides differ again',
      event: 'discrepancy.returned',
    },
  },
})

export interface DiscrepancyRow extends StatefulRow {
  kind: DiscrepancyKind
  subject_id: string
  brand_id: string
  client_id: string | null
  currency: string | null
  /** What its repair moves; null when it moves no money. */
  amount_minor: bigint | null
  /** JSON: what the words of its kind name. */
  detail: string
  status: 'open' | 'repaired' | 'dismissed' | 'gone'
  found_at: Instant
  ended_at: Instant | null
  created_at: Instant
  updated_at: Instant
}

/** What a finder says of one record. */
export interface Found {
  subject_id: string
  brand_id: string
  client_id: string | null
  currency: string | null
  amount_minor: bigint | null
  detail: Readonly<Record<string, string>>
}
