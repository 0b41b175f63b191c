import { sql } from '../../../../db/index.ts'
import type { Cell } from '../../blocks.ts'
import { placeOfId } from '../search.ts'

/** Joined to "journals j": from an allocation, a refund or a deferral to the record that has a page. */
export const sourceJoins = sql`
  left join allocations sa on sa.id = j.source_id left join refunds sr on sr.id = j.source_id
  left join disputes sd on sd.id = j.source_id
  left join invoices si on si.id = coalesce(sa.invoice_id, j.source_id)`

export const sourceColumns = sql`
  coalesce(sa.invoice_id, sr.payment_id, j.source_id) as source_place, coalesce(si.number, j.source_id) as source_name`

/**
 * When the money of a journal moved by gateway, bank or staff: what becomes known after its month was closed is booked
 * on the later day. Null for a journal that is no movement outside.
 */
export const sourceMoved = sql`
  (select min(x.occurred_at) from transactions x
    where (x.payment_id = j.source_id and x.kind = case j.kind when 'payment_succeeded' then 'payment' else j.kind end)
      or (x.payment_id = sr.payment_id and x.kind = 'refund' and j.kind = 'refund_sent' and x.reference = sr.reference)
      or (x.payment_id = sd.payment_id and x.kind = 'dispute' and j.kind in ('dispute_opened', 'dispute_claimed') and x.reference = sd.reference)
      or (x.payment_id = sd.payment_id and x.kind = 'dispute_returned' and j.kind in ('dispute_returned', 'dispute_dropped') and x.reference = sd.reference || '/returned')) as moved_at`

export interface SourceOfJournal {
  source_place: string
  source_name: string
}

/** The document behind a journal, by its number where it has one. */
export function sourceCell(row: SourceOfJournal): Cell {
  const href = placeOfId(row.source_place)
  return href ? { href, text: row.source_name } : { mono: row.source_name }
}
