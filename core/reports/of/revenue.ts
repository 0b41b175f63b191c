import { account } from '../../billing/index.ts'
import { jsonText, sql } from '../../db/index.ts'
import { bookedDocuments } from '../booked-documents.ts'
import { factReport } from '../fact-report.ts'
import { ofQuery } from '../report.ts'

const net = [{ key: 'net', kind: 'money' }] as const

/**
 * Invoiced by product and kind of line. A credit note counts for the product of the line that it takes back. Gift cards
 * that ended unused are revenue without a document: each opens its journal.
 */
export const productReport = factReport({
  key: 'products',
  groups: [
    { key: 'product', kind: 'text' },
    { key: 'line_kind', kind: 'word' },
  ],
  figures: net,
  subject: 'invoices',
  facts: (query, dialect) => sql`
    select d.id as document_id, d.currency, coalesce(p.name, '') as product, l.kind as line_kind, d.sign * l.net_minor as net_minor
    from (${bookedDocuments(query, dialect)}) d join invoice_lines l on l.invoice_id = d.id
      left join invoice_lines k on d.kind = 'credit_note' and k.id = ${jsonText(dialect, sql`l.trace`, 'credits')}
      left join services s on s.id = coalesce(l.source_id, k.source_id) left join products p on p.id = s.product_id
    union all
    select j.source_id, j.currency, '', 'breakage', -o.amount_minor from journals j join postings o on o.journal_id = j.id
    where j.kind = 'gift_card_expired' and o.account = ${account.revenue('breakage')}
      and j.effective_on >= ${query.from} and j.effective_on < ${query.until} and ${ofQuery(query, 'j', sql`j.brand_id`)}`,
})

/** Invoiced by the country that the document has as its place. */
export const countryReport = factReport({
  key: 'countries',
  groups: [{ key: 'country', kind: 'text' }],
  figures: net,
  subject: 'invoices',
  facts: (query, dialect) => sql`
    select d.id as document_id, d.currency, d.country, d.sign * d.subtotal_minor as net_minor from (${bookedDocuments(query, dialect)}) d`,
})
