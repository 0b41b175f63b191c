import { sql, type Queries, type Sql } from '../../db/index.ts'
import { bookedDocuments } from '../booked-documents.ts'
import { factReport } from '../fact-report.ts'

/**
 * Tax by country and rate, credit notes and voids among them; what bears no tax stands in a row of its own. A line that
 * bears two taxes counts into "net" once, at the first of them, and into "taxed" at both, whose sum therefore says nothing.
 */
export const taxReport = factReport({
  key: 'tax',
  headline: 'tax',
  groups: [
    { key: 'country', kind: 'text' },
    { key: 'tax_name', kind: 'text' },
    { key: 'rate', kind: 'rate' },
  ],
  figures: [
    { key: 'net', kind: 'money' },
    { key: 'taxed', kind: 'money' },
    { key: 'tax', kind: 'money' },
    { key: 'corrected_tax', kind: 'money' },
  ],
  balances: ['taxed'],
  subject: 'invoices',
  facts: (query, dialect) => {
    const documents = bookedDocuments(query, dialect)
    const corrected = sql`case when d.kind = 'credit_note' or d.sign < 0 then d.sign * t.tax_minor else 0 end`
    const first = firstTax(dialect)
    return sql`
      select d.id as document_id, d.currency, d.country, t.tax_name, cast(t.rate_ppm as text) as rate, 0 as net_minor,
        d.sign * t.net_minor as taxed_minor, d.sign * t.tax_minor as tax_minor, ${corrected} as corrected_tax_minor
      from (${documents}) d join invoice_taxes t on t.invoice_id = d.id
      union all
      select d.id, d.currency, d.country, ${first.name}, ${first.rate}, d.sign * l.net_minor, 0, 0, 0
      from (${documents}) d join invoice_lines l on l.invoice_id = d.id`
  },
})

/** Name and rate of the tax of a line; of several, which its trace tells apart, those of the first. */
function firstTax(dialect: Queries['dialect']): { name: Sql; rate: Sql } {
  const trace = dialect === 'postgres' ? sql`cast(l.trace as json)` : sql`l.trace`
  const of = (key: Sql) => sql`${trace} -> 'taxes' -> 0 ->> ${key}`
  return {
    name: sql`coalesce(${of(sql`'name'`)}, l.tax_name, '')`,
    rate: sql`coalesce(cast(${of(sql`'rate_ppm'`)} as text), cast(l.tax_rate_ppm as text))`,
  }
}
