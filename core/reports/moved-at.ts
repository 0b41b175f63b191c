import { sql } from '../db/index.ts'

/** Joined to "journals j": the refund or dispute that it books. */
export const movementJoins = sql`
  left join refunds sr on sr.id = j.source_id left join disputes sd on sd.id = j.source_id`

/**
 * When the money of a journal moved by gateway, bank or staff: what becomes known after its month was closed is booked
 * on the later day. Null for a journal that is no movement outside.
 */
export const movedAt = sql`
  (select min(x.occurred_at) from transactions x
    where (x.payment_id = j.source_id and x.kind = case j.kind when 'payment_succeeded' then 'payment' else j.kind end)
      or (x.payment_id = sr.payment_id and x.reference = sr.reference
        and (x.kind = 'refund' and j.kind in ('refund_sent', 'refund_moved') or x.kind = 'refund_failed' and j.kind = 'refund_failed'))
      or (x.payment_id = sd.payment_id and x.kind = 'dispute' and j.kind in ('dispute_opened', 'dispute_claimed') and x.reference = sd.reference)
      or (x.payment_id = sd.payment_id and x.kind = 'dispute_returned' and j.kind in ('dispute_returned', 'dispute_dropped') and x.reference = sd.reference || '/returned'))`
