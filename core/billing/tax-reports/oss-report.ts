import { Type } from '../../../sdk/index.ts'
import { euMembers, findReachableSeller } from '../../brands/index.ts'
import { sql, type Queries, type Sql } from '../../db/index.ts'
import { invalidInput, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { inReturnCurrency, type InReturn } from './oss-currency.ts'
import { taxCountry } from '../tax-ids/forms.ts'

export interface OssRow {
  country: string
  ratePpm: number
  currency: string
  /** "2026-Q1" of the sale that is corrected; null for the sales of the quarter itself. */
  corrects: string | null
  netMinor: bigint
  taxMinor: bigint
  documents: number
  /** In the currency of the return; null while no rate is known. */
  inReturn: InReturn | null
}

export interface OssDocument {
  id: string
  number: string
  kind: string
  issued_on: IsoDate
  corrects: string | null
  currency: string
  net_minor: bigint
  tax_minor: bigint
}

export const Quarter = {
  seller_id: Type.String(),
  year: Type.Integer({ minimum: 2000, maximum: 2100 }),
  quarter: Type.Integer({ minimum: 1, maximum: 4 }),
}

/**
 * What a seller owes other member states for a quarter, by state and rate. A correction of an earlier quarter (a credit
 * note, or an invoice declared void later) stands by itself with the quarter that it corrects.
 */
export const readOssReport = defineVerb(
  { permission: 'tax_report.oss', audience: ['staff'], input: Type.Object(Quarter) },
  async (means: Means, input, actor): Promise<OssRow[]> => {
    const seller = await findReachableSeller(means.db, actor, input.seller_id)
    if (!euMembers.includes(seller.country))
      throw invalidInput({ seller_id: 'is not established in a member state of the EU' })
    const rows = new Map<string, Omit<OssRow, 'inReturn'>>()
    for (const found of await movements(means.db, input)) {
      const country = memberOf(found.evidence)
      if (country === null || country === seller.country) continue
      const from = quarterOf(found.month)
      const corrects = from === nameOf(input) ? null : from
      const key = [country, found.rate_ppm, found.currency, corrects].join(' ')
      const facts = { country, ratePpm: found.rate_ppm, currency: found.currency, corrects }
      const row = rows.get(key) ?? { ...facts, netMinor: 0n, taxMinor: 0n, documents: 0 }
      row.netMinor += found.net_minor
      row.taxMinor += found.tax_minor
      row.documents += found.documents
      rows.set(key, row)
    }
    return inReturnCurrency(means.db, nameOf(input), [...rows.values()].sort(byState))
  },
)

/** The documents behind one figure of the report. */
export const readOssDocuments = defineVerb(
  {
    permission: 'tax_report.oss_documents',
    audience: ['staff'],
    input: Type.Object({
      ...Quarter,
      country: Type.String({ pattern: '^[A-Z]{2}$' }),
      rate_ppm: Type.Integer(),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      corrects: Type.Optional(Type.String({ pattern: '^\\d{4}-Q[1-4]$' })),
    }),
  },
  async (means: Means, input, actor): Promise<OssDocument[]> => {
    await findReachableSeller(means.db, actor, input.seller_id)
    const rows = await means.db.all<OssDocument & { evidence: string; month: string }>(sql`
      select m.id, m.number, m.kind, m.issued_on, m.month, m.currency, m.evidence, m.net_minor, m.tax_minor from (${moved(input)}) m
      where m.rate_ppm = ${input.rate_ppm} and m.currency = ${input.currency} order by m.number, m.sign desc`)
    return rows.flatMap(({ evidence, month, ...row }) => {
      const from = quarterOf(month)
      const corrects = from === nameOf(input) ? null : from
      return memberOf(evidence) === input.country && corrects === (input.corrects ?? null)
        ? [{ ...row, corrects }]
        : []
    })
  },
)

interface Movement {
  evidence: string
  currency: string
  rate_ppm: number
  /** Of the sale: that of the document, or of the one that it corrects. */
  month: string
  net_minor: bigint
  tax_minor: bigint
  documents: number
}

interface Wanted {
  seller_id: string
  year: number
  quarter: number
}

/** Evidence of place has few forms, so the sums come in few rows whatever the number of documents. */
function movements(queries: Queries, wanted: Wanted): Promise<Movement[]> {
  return queries.all<Movement>(sql`
    select m.evidence, m.currency, m.rate_ppm, m.month, sum(m.net_minor) as net_minor, sum(m.tax_minor) as tax_minor, count(*) as documents
    from (${moved(wanted)}) m group by m.evidence, m.currency, m.rate_ppm, m.month order by m.month`)
}

/** Each taxed rate of each document that the quarter issued, and those it declared void, with the sign turned. */
function moved({ seller_id, year, quarter }: Wanted): Sql {
  const [from, to] = daysOf(year, quarter)
  return sql`
    select i.id, i.number, i.kind, i.issued_on, substr(coalesce(o.issued_on, i.issued_on), 1, 7) as month, i.currency, i.evidence,
      t.rate_ppm, t.net_minor, t.tax_minor, 1 as sign
    from invoices i join invoice_taxes t on t.invoice_id = i.id left join invoices o on o.id = i.corrects_id
    where i.seller_id = ${seller_id} and i.number is not null and i.proforma = 0 and i.issued_on >= ${from} and i.issued_on < ${to}
      and t.treatment = 'standard' and t.rate_ppm > 0
    union all
    select i.id, i.number, i.kind, i.issued_on, substr(i.issued_on, 1, 7) as month, i.currency, i.evidence,
      t.rate_ppm, -t.net_minor as net_minor, -t.tax_minor as tax_minor, -1 as sign
    from invoices i join invoice_taxes t on t.invoice_id = i.id
    where i.seller_id = ${seller_id} and i.status = 'void' and i.proforma = 0 and i.number is not null and substr(i.voided_at, 1, 10) >= ${from} and substr(i.voided_at, 1, 10) < ${to}
      and t.treatment = 'standard' and t.rate_ppm > 0`
}

function daysOf(year: number, quarter: number): [from: string, to: string] {
  const first = (of: number) => `${year + Math.floor(of / 4)}-${String((of % 4) * 3 + 1).padStart(2, '0')}-01`
  return [first(quarter - 1), first(quarter)]
}

const nameOf = ({ year, quarter }: Wanted): string => `${year}-Q${quarter}`
const quarterOf = (month: string): string => `${month.slice(0, 4)}-Q${Math.ceil(Number(month.slice(5)) / 3)}`

/** The member state whose tax it is; null when the buyer is elsewhere. */
function memberOf(evidence: string): string | null {
  const { country } = JSON.parse(evidence) as { country?: string }
  const state = country === undefined ? null : taxCountry(country)
  return state !== null && euMembers.includes(state) ? state : null
}

const byState = (a: Omit<OssRow, 'inReturn'>, b: Omit<OssRow, 'inReturn'>): number =>
  (a.corrects ?? '').localeCompare(b.corrects ?? '') ||
  a.country.localeCompare(b.country) ||
  b.ratePpm - a.ratePpm ||
  a.currency.localeCompare(b.currency)
