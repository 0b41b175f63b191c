import { Type } from '../../../sdk/index.ts'
import { euMembers, vatPpmOn, type Seller } from '../../brands/index.ts'
import { sql, type Sql } from '../../db/index.ts'
import { isoDate } from '../../kernel/index.ts'
import { taxCountry } from '../tax-ids/forms.ts'

export const Quarter = {
  seller_id: Type.String(),
  year: Type.Integer({ minimum: 2000, maximum: 2100 }),
  quarter: Type.Integer({ minimum: 1, maximum: 4 }),
}

export interface QuarterOf {
  seller_id: string
  year: number
  quarter: number
}

/**
 * Each taxed rate of each document that the quarter issued, and of those whose void it booked, with the sign turned. A
 * void counts on the day of its journal, so that return and ledger have it in the same quarter. `month` is that of the
 * sale: of the document, or of the one that it corrects.
 */
export function ossMovements({ seller_id, year, quarter }: QuarterOf): Sql {
  const [from, until] = daysOf(year, quarter)
  const taxed = sql`i.seller_id = ${seller_id} and i.number is not null and i.proforma = 0 and t.treatment = 'standard' and t.rate_ppm > 0`
  const facts = sql`i.id, i.number, i.kind, i.issued_on, i.client_id, i.currency, i.evidence, t.rate_ppm, t.tax_name`
  return sql`
    select ${facts}, coalesce(t.owed_to, ot.owed_to) as owed_to, substr(coalesce(o.issued_on, i.issued_on), 1, 7) as month,
      t.net_minor, t.tax_minor, 1 as sign
    from invoices i join invoice_taxes t on t.invoice_id = i.id left join invoices o on o.id = i.corrects_id
      left join invoice_taxes ot on ot.invoice_id = o.id and ot.tax_name = t.tax_name and ot.rate_ppm = t.rate_ppm
    where ${taxed} and i.issued_on >= ${from} and i.issued_on < ${until}
    union all
    select ${facts}, t.owed_to, substr(i.issued_on, 1, 7) as month, -t.net_minor as net_minor, -t.tax_minor as tax_minor, -1 as sign
    from journals j join invoices i on i.id = j.source_id join invoice_taxes t on t.invoice_id = i.id
    where j.kind = 'invoice_voided' and j.effective_on >= ${from} and j.effective_on < ${until} and ${taxed}`
}

/** What names a row of the report, of one of its movements. */
export interface OssPlace {
  country: string
  ratePpm: number
  currency: string
  /** "2026-Q1" of the sale that is corrected; null for the sales of the quarter itself. */
  corrects: string | null
}

/** A taxed rate of a document, as far as it tells whose tax it is. */
export interface Taxed {
  evidence: string
  owed_to: string | null
  tax_name: string
  rate_ppm: number
  currency: string
  /** "2026-01" of the sale. */
  month: string
}

/** Null when the tax of the movement is not owed to another member state. */
export function ossPlace(
  of: Taxed,
  { seller, quarter }: { seller: Pick<Seller, 'country'>; quarter: QuarterOf },
): OssPlace | null {
  const country = owedTo(of, seller)
  if (country === null || country === seller.country || !euMembers.includes(country)) return null
  const from = quarterOf(of.month)
  const corrects = from === nameOfQuarter(quarter) ? null : from
  return { country, ratePpm: of.rate_ppm, currency: of.currency, corrects }
}

export const keyOfPlace = ({ country, ratePpm, currency, corrects }: OssPlace): string =>
  [country, ratePpm, currency, corrects].join(' ')

export const nameOfQuarter = ({ year, quarter }: QuarterOf): string => `${year}-Q${quarter}`

function daysOf(year: number, quarter: number): [from: string, until: string] {
  const first = (of: number) => `${year + Math.floor(of / 4)}-${String((of % 4) * 3 + 1).padStart(2, '0')}-01`
  return [first(quarter - 1), first(quarter)]
}

const quarterOf = (month: string): string => `${month.slice(0, 4)}-Q${Math.ceil(Number(month.slice(5)) / 3)}`

/**
 * The country whose tax was charged. Documents from before, and those that a plugin taxed, do not say: then the name of a
 * set's rate does, and a rate that the seller's state has and the buyer's has not is the seller's.
 */
export function owedTo(
  { owed_to, tax_name, rate_ppm, evidence, month }: Taxed,
  seller: Pick<Seller, 'country'>,
): string | null {
  const said = owed_to ?? /^VAT ([A-Z]{2})$/.exec(tax_name)?.[1]
  if (said !== undefined) return taxCountry(said)
  const country = memberOf(evidence)
  if (country === null) return null
  const isRateOf = (state: string) => vatPpmOn(state, isoDate(`${month}-01`)) === rate_ppm
  return isRateOf(seller.country) && !isRateOf(country) ? seller.country : country
}

/** The member state in which the buyer is; null when that is elsewhere. */
export function memberOf(evidence: string): string | null {
  const { country } = JSON.parse(evidence) as { country?: string }
  const state = country === undefined ? null : taxCountry(country)
  return state !== null && euMembers.includes(state) ? state : null
}
