import { ratesOn, type ExchangeRate } from '../../catalog/index.ts'
import type { Queries } from '../../db/index.ts'
import { addDays, addMonths, isoDate, type IsoDate } from '../../kernel/index.ts'
import { inReturnAt, RETURN_CURRENCY, type InReturn, type OwnSums } from './oss-conversion.ts'

interface Sums extends OwnSums {
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
    inReturn: inReturnAt(row, known.get(row.corrects ?? quarter)?.get(row.currency)),
  }))
}

/** Of "2026-Q1". */
export function lastDayOf(quarter: string): IsoDate {
  const [year, nth] = quarter.split('-Q')
  const first = isoDate(`${year}-${String(Number(nth) * 3 - 2).padStart(2, '0')}-01`)
  return addDays(addMonths(first, 3), -1)
}
