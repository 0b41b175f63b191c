import { divideHalfUp } from '../../sdk/index.ts'
import { converted, ratesBetween, type ExchangeRate } from '../catalog/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import { formatDate, formatMoney, type Translate } from '../i18n/index.ts'
import type { InvoiceRow } from './invoice.ts'

/** What a document says of its tax in the currency of its seller's books, frozen with it. Minor units of `currency`. */
export interface AccountingTax {
  currency: string
  net_minor: string
  tax_minor: string
  /** The direction in which the rate was stored: units of its `currency` for one of its `base`. */
  rate: Rate
}

type Rate = Pick<ExchangeRate, 'base' | 'currency' | 'rate' | 'valid_on' | 'source'>
type Stated = Pick<
  InvoiceRow,
  | 'currency'
  | 'kind'
  | 'proforma'
  | 'issued_on'
  | 'subtotal_minor'
  | 'tax_minor'
  | 'corrects_id'
  | 'accounting_tax'
>

/**
 * Writes into documents about to be frozen what their tax is in the accounting currency of their seller. They share
 * seller and day. A correction has the rate of what it corrects; without a rate a document says nothing. Two statements
 * however many documents, none where all of them are in that currency or bear no tax.
 */
export async function stateAccountingTax(
  queries: Queries,
  rows: readonly Stated[],
  currency: string | null,
): Promise<void> {
  const foreign = currency === null ? [] : rows.filter((row) => isStated(row, currency))
  if (currency === null || foreign.length === 0) return
  const corrected = foreign.flatMap(({ corrects_id: id }) => id ?? [])
  const known = corrected.length === 0 ? new Map<string, Rate | null>() : await ratesOf(queries, corrected)
  const fresh = foreign.filter(({ corrects_id: id }) => id === null)
  const rates =
    fresh.length === 0
      ? new Map<string, Rate>()
      : await ratesBetween(queries, {
          to: currency,
          currencies: [...new Set(fresh.map((row) => row.currency))],
          day: fresh[0]!.issued_on!,
        })
  for (const row of foreign) {
    const rate = row.corrects_id === null ? rates.get(row.currency) : known.get(row.corrects_id)
    if (rate) row.accounting_tax = JSON.stringify(accountingTax(row, currency, rate))
  }
}

const isStated = (row: Stated, currency: string): boolean =>
  row.kind !== 'receipt' && row.proforma === 0 && row.currency !== currency && row.tax_minor !== 0n

async function ratesOf(queries: Queries, ids: readonly string[]): Promise<Map<string, Rate | null>> {
  const rows = await queries.all<{ id: string; accounting_tax: string | null }>(
    sql`select id, accounting_tax from invoices where id in (${list(ids)})`,
  )
  return new Map(rows.map((row) => [row.id, accountingTaxOf(row)?.rate ?? null]))
}

/** Pure: both sums are converted once, half up, and so that what takes all of a document back is its negative. */
export function accountingTax(
  { subtotal_minor, tax_minor }: Pick<InvoiceRow, 'subtotal_minor' | 'tax_minor'>,
  currency: string,
  { base, currency: quoted, rate, valid_on, source }: Rate,
): AccountingTax {
  const kept: Rate = { base, currency: quoted, rate, valid_on, source }
  return {
    currency,
    net_minor: String(inCurrency(subtotal_minor, currency, kept)),
    tax_minor: String(inCurrency(tax_minor, currency, kept)),
    rate: kept,
  }
}

/** A rate that is quoted for one unit of the currency wanted divides. */
function inCurrency(minor: bigint, currency: string, rate: Rate): bigint {
  const { numerator, denominator } = converted(1n, rate)
  return rate.base === currency
    ? divideHalfUp(minor * denominator, numerator)
    : divideHalfUp(minor * numerator, denominator)
}

export const accountingTaxOf = ({
  accounting_tax: json,
}: Pick<InvoiceRow, 'accounting_tax'>): AccountingTax | null =>
  json === null ? null : (JSON.parse(json) as AccountingTax)

/** The sentence that the document says of it; none where it states nothing. */
export function accountingStatement(
  document: Pick<InvoiceRow, 'accounting_tax'>,
  t: Translate,
  locale: string,
): string[] {
  const stated = accountingTaxOf(document)
  if (!stated) return []
  const { currency, net_minor, tax_minor, rate } = stated
  const money = (minor: string) => formatMoney({ minor: BigInt(minor), currency }, locale)
  return [
    t('pdf.accounting_tax', {
      ...{ currency, net: money(net_minor), tax: money(tax_minor) },
      ...{ base: rate.base, quoted: rate.currency, rate: rate.rate },
      ...{ day: formatDate(rate.valid_on, locale), source: rate.source },
    }),
  ]
}
