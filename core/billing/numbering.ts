import { sql, type Sql, type Trx } from '../db/index.ts'
import { assert, monthNumberOf, yearOf, type IdMaker, type IsoDate } from '../kernel/index.ts'

export type DocumentKind = 'invoice' | 'credit_note' | 'proforma' | 'receipt' | 'quote'

export const DOCUMENT_KINDS: readonly DocumentKind[] = [
  'invoice',
  'credit_note',
  'proforma',
  'receipt',
  'quote',
]
const PREFIXES: Record<DocumentKind, string> = {
  invoice: 'INV',
  credit_note: 'CN',
  proforma: 'PRO',
  receipt: 'RCP',
  quote: 'QUO',
}

export interface Series {
  sellerId: string
  brandId: string
  kind: DocumentKind
  issuedOn: IsoDate
}

/**
 * How the numbers of a series look: what stands before the count, with {year}, {yy} or {FY} in it, and the digits of it.
 * Its year begins with a month, 1 for January, and bears the number of the year in which it begins.
 */
export interface NumberLook {
  head: string | null
  prefix: string
  digits: number
  first_month: number
}

export interface TakenNumbers {
  numbers: string[]
  /** The last one that was taken before; null where the series begins. */
  before: string | null
}

/**
 * Takes the next numbers of a series, without gaps: the counter moves in the transaction that uses them, and moves back
 * with it. Called last in a transaction, because the row makes writers of one series wait for each other.
 */
export async function takeNumbers(
  newId: IdMaker,
  trx: Trx,
  series: Series,
  count: number,
): Promise<TakenNumbers> {
  const of = { ...series, year: await yearOfSeries(trx, series) }
  const { year } = of
  await openSeries(newId, trx, of)
  const row = await trx.get<NumberLook & { next_number: number; first_number: number }>(sql`
    update number_series set next_number = next_number + ${count} where ${isSeries(of)} returning prefix, head, digits, first_month, next_number, first_number`)
  assert(row, 'the number series exists')
  const first = row.next_number - count
  return {
    numbers: Array.from({ length: count }, (_, i) => numberIn(row, year, first + i)),
    before: first > row.first_number ? numberIn(row, year, first - 1) : null,
  }
}

/** The year of a series that a day is in: that of the latest one decides with which month it begins. */
async function yearOfSeries(trx: Trx, { sellerId, brandId, kind, issuedOn }: Series): Promise<number> {
  const latest = await trx.get<{ first_month: number }>(sql`
    select first_month from number_series where seller_id = ${sellerId} and brand_id = ${brandId} and kind = ${kind}
      and year <= ${yearOf(issuedOn)} order by year desc limit 1`)
  return financialYear(issuedOn, latest?.first_month ?? 1)
}

/** The year that begins with a month and holds a day, by the number of the year in which it begins. */
export const financialYear = (day: IsoDate, firstMonth: number): number =>
  monthNumberOf(day) < firstMonth ? yearOf(day) - 1 : yearOf(day)

/** "2026", or "2026-27" for a year that ends in the next one. */
export const financialYearName = (year: number, firstMonth: number): string =>
  firstMonth === 1 ? String(year) : `${year}-${lastTwo(year + 1)}`

const lastTwo = (year: number): string => String(year % 100).padStart(2, '0')

export interface YearSeries {
  sellerId: string
  brandId: string
  kind: DocumentKind
  year: number
}

export const isSeries = ({ sellerId, brandId, kind, year }: YearSeries): Sql =>
  sql`seller_id = ${sellerId} and brand_id = ${brandId} and kind = ${kind} and year = ${year}`

/** Begins the series of a year, when nobody has; it looks as the year before did. */
export async function openSeries(newId: IdMaker, trx: Trx, of: YearSeries): Promise<void> {
  const { sellerId, brandId, kind, year } = of
  const before = (column: Sql) => sql`(
    select ${column} from number_series where seller_id = ${sellerId} and brand_id = ${brandId} and kind = ${kind} and year < ${year} order by year desc limit 1)`
  await trx.run(sql`
    insert into number_series (id, seller_id, brand_id, kind, year, prefix, next_number, head, digits, first_month)
    values (${newId('ser')}, ${sellerId}, ${brandId}, ${kind}, ${year}, ${PREFIXES[kind]}, 1, ${before(sql`head`)}, coalesce(${before(sql`digits`)}, 5), coalesce(${before(sql`first_month`)}, 1))
    on conflict (seller_id, brand_id, kind, year) do nothing`)
}

type Row = NumberLook & { kind: DocumentKind; year: number; first_number: number; next_number: number }

/** A series of a brand, by the rows of that brand; where none was begun as `openSeries` would begin it. */
export function lookOf(rows: readonly Row[], kind: DocumentKind, year: number): Omit<Row, 'kind' | 'year'> {
  const earlier = rows.filter((row) => row.kind === kind && row.year <= year)
  const last = earlier.reduce<Row | null>((best, row) => (best && best.year > row.year ? best : row), null)
  if (last?.year === year) return last
  const { head = null, digits = 5, first_month = 1 } = last ?? {}
  return { head, digits, first_month, prefix: PREFIXES[kind], first_number: 1, next_number: 1 }
}

/** The year of a kind of document that a day is in, by the series of its brand. */
export function yearNow(rows: readonly Row[], kind: DocumentKind, day: IsoDate): number {
  return financialYear(day, lookOf(rows, kind, yearOf(day)).first_month)
}

export function headIn(look: Pick<NumberLook, 'head' | 'prefix' | 'first_month'>, year: number): string {
  const head = look.head ?? `${look.prefix}-{year}-`
  return head
    .replaceAll('{year}', String(year))
    .replaceAll('{yy}', lastTwo(year))
    .replaceAll('{FY}', financialYearName(year, look.first_month))
}

export const defaultHead = (kind: DocumentKind): string => `${PREFIXES[kind]}-{year}-`

/** The number at a count: "INV-2026-00007". */
export const numberIn = (look: NumberLook, year: number, count: number): string =>
  headIn(look, year) + String(count).padStart(look.digits, '0')
