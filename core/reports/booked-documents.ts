import { jsonText, sql, type Queries, type Sql } from '../db/index.ts'
import { ofQuery, type ReportQuery } from './report.ts'

/**
 * Documents as the ledger booked them in the days: issued with their sign, voided with the opposite one on the day of
 * the void. Read by the journals, so that a report and the ledger cannot speak of different documents.
 */
export function bookedDocuments(query: ReportQuery, dialect: Queries['dialect']): Sql {
  return sql`
    select i.id, i.currency, i.kind, i.subtotal_minor, ${jsonText(dialect, sql`i.evidence`, 'country')} as country,
      case when j.kind = 'invoice_voided' then -1 else 1 end as sign
    from journals j join invoices i on i.id = j.source_id
    where j.kind in ('invoice_issued', 'credit_note_issued', 'invoice_voided')
      and j.effective_on >= ${query.from} and j.effective_on < ${query.until} and ${ofQuery(query, 'j', sql`j.brand_id`)}`
}
