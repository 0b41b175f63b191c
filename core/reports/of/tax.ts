import { sql } from '../../db/index.ts'
import { bookedDocuments } from '../booked-documents.ts'
import { factReport } from '../fact-report.ts'

/** Tax by country and rate, credit notes and voids among them; what bears no tax stands in a row of its own. */
export const taxReport = factReport({
  key: 'tax',
  groups: [
    { key: 'country', kind: 'text' },
    { key: 'tax_name', kind: 'text' },
    { key: 'rate', kind: 'rate' },
  ],
  figures: [
    { key: 'net', kind: 'money' },
    { key: 'tax', kind: 'money' },
    { key: 'corrected_tax', kind: 'money' },
  ],
  subject: 'invoices',
  facts: (query, dialect) => {
    const documents = bookedDocuments(query, dialect)
    const corrected = sql`case when d.kind = 'credit_note' or d.sign < 0 then d.sign * t.tax_minor else 0 end`
    return sql`
      select d.id as document_id, d.currency, d.country, t.tax_name, cast(t.rate_ppm as text) as rate,
        d.sign * t.net_minor as net_minor, d.sign * t.tax_minor as tax_minor, ${corrected} as corrected_tax_minor
      from (${documents}) d join invoice_taxes t on t.invoice_id = d.id
      union all
      select d.id, d.currency, d.country, '', '0', d.sign * l.net_minor, 0, 0
      from (${documents}) d join invoice_lines l on l.invoice_id = d.id where l.tax_name is null`
  },
})
