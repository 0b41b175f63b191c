import { defineLifecycle, type Instant } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

/** A document that goes by post; each goes once, and can be printed again at any time. */
export interface LetterRow extends StatefulRow {
  brand_id: string
  client_id: string
  invoice_id: string
  status: 'waiting' | 'posted' | 'dropped'
  posted_at: Instant | null
  posted_by: string | null
  /** The billable item by which the client pays for it. */
  item_id: string | null
  created_at: Instant
}

export const letterLifecycle = defineLifecycle('letter', {
  initial: 'waiting',
  transitions: {
    post: { from: ['waiting'], to: 'posted' },
    // By staff, or with its document.
    drop: { from: ['waiting'], to: 'dropped' },
  },
})
