import { divideHalfUp, minorDigits } from '../../../sdk/index.ts'
import { ratesOn, type ExchangeRate } from '../../catalog/index.ts'
import type { Queries } from '../../db/index.ts'
import { addDays, addMonths, isoDate, type IsoDate } from '../../kernel/index.ts'

/** In which the return is made, and for one of which rates are told. */
export const RETURN_CURRENCY = 'EUR'

/** A row of the report as the return asks for it. */
export interface InReturn {
  netMinor: bigint
  taxMinor: bigint
  /** Units of the row's currency for one of the return's; null where they are the same. */
  rate: string | null
  rateOn: IsoDate | null
}

interface Sums {
  currency: string
  netMinor: bigint
  taxMinor: bigint
  corrects: string | null
}

/**
 * Sums are converted once a row, at the rate of the last day of the quarter; a correction at that of the quarter that it
 * corrects, like the sale itself. Null where no rate is known: a return is not guessed.
 */
export async function inReturnCurrency<Row extends Sums>(
  queries: Queries,
  quarter: string,
  rows: readonly Row[],
): Promise<(Row & { inReturn: InReturn | null })[]> {
  const known = new Map<string, Map<string, ExchangeRate>>()
  for (const of of new Set(rows.map((row) => row.corrects ?? quarter))) {
    const currencies = rows.map((row) => row.currency).filter((currency) => currency !== RETURN_CURRENCY)
    known.set(of, await ratesOn(queries, { base: RETURN_CURRENCY, currencies, day: lastDayOf(of) }))
  }
  return rows.map((row) => ({
    ...row,
    inReturn: convertedRow(row, known.get(row.corrects ?? quarter)?.get(row.currency)),
  }))
}

/** Of "2026-Q1". */
export function lastDayOf(quarter: string): IsoDate {
  const [year, nth] = quarter.split('-Q')
  const first = isoDate(`${year}-${String(Number(nth) * 3 - 2).padStart(2, '0')}-01`)
  return addDays(addMonths(first, 3), -1)
}

function convertedRow(
  { currency, netMinor, taxMinor }: Sums,
  rate: ExchangeRate | undefined,
): InReturn | null {
  if (currency === RETURN_CURRENCY) return { netMinor, taxMinor, rate: null, rateOn: null }
  if (!rate) return null
  const convert = (minor: bigint) => dividedBy(minor, currency, rate.rate)
  return { netMinor: convert(netMinor), taxMinor: convert(taxMinor), rate: rate.rate, rateOn: rate.valid_on }
}

/** What of the return one document makes. */
export interface ShareInReturn {
  netMinor: bigint
  taxMinor: bigint
}

/**
 * The shares of documents in the return; none where no rate is known. A share is what the sum up to its document becomes,
 * less what the sum before it became: together they are the converted row, to the cent.
 */
export function sharesInReturn(
  documents: readonly { currency: string; netMinor: bigint; taxMinor: bigint }[],
  inReturn: InReturn | null,
): ShareInReturn[] {
  if (!inReturn) return []
  const { rate } = inReturn
  const running = (of: keyof ShareInReturn) => {
    let sum = 0n
    let told = 0n
    return documents.map((document) => {
      sum += document[of]
      const before = told
      told = rate === null ? sum : dividedBy(sum, document.currency, rate)
      return told - before
    })
  }
  const [net, tax] = [running('netMinor'), running('taxMinor')]
  return documents.map((_, at) => ({ netMinor: net[at]!, taxMinor: tax[at]! }))
}

/** Rounded once, half up. */
function dividedBy(minor: bigint, currency: string, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.')
  const scale = 10n ** BigInt(fraction.length)
  const digits = (of: string) => 10n ** BigInt(minorDigits(of))
  return divideHalfUp(minor * scale * digits(RETURN_CURRENCY), BigInt(whole + fraction) * digits(currency))
}
