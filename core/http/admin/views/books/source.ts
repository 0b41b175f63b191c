import { sql } from '../../../../db/index.ts'
import { movementJoins } from '../../../../reports/index.ts'
import type { Cell } from '../../blocks.ts'
import { placeOfId } from '../search.ts'

/** Joined to "journals j": from an allocation, a write-off, a refund or a part of one to the record that has a page. */
export const sourceJoins = sql`
  left join allocations sa on sa.id = j.source_id ${movementJoins}
  left join refund_parts sp on sp.id = j.source_id left join refunds spr on spr.id = sp.refund_id
  left join write_offs sw on sw.id = j.source_id
  left join invoices si on si.id = coalesce(sa.invoice_id, sw.invoice_id, j.source_id)`

export const sourceColumns = sql`
  coalesce(sa.invoice_id, sw.invoice_id, sr.payment_id, spr.payment_id, j.source_id) as source_place, coalesce(si.number, j.source_id) as source_name`

export interface SourceOfJournal {
  source_place: string
  source_name: string
}

/** The document behind a journal, by its number where it has one. */
export function sourceCell(row: SourceOfJournal): Cell {
  const href = placeOfId(row.source_place)
  return href ? { href, text: row.source_name } : { mono: row.source_name }
}
