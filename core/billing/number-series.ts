import { Type } from '../../sdk/index.ts'
import { findBrand, findSeller } from '../brands/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, sql, type Queries, type Trx } from '../db/index.ts'
import { requireConfirmed } from '../identity/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, findRow, scoped, type Means } from '../records/index.ts'
import { SeriesHeadTaken, SeriesInUse } from './errors.ts'
import {
  defaultHead,
  DOCUMENT_KINDS,
  financialYear,
  headIn,
  isSeries,
  openSeries,
  type DocumentKind,
  type YearSeries,
} from './numbering.ts'

export interface NumberSeries {
  id: string
  seller_id: string
  brand_id: string
  kind: DocumentKind
  year: number
  prefix: string
  head: string | null
  digits: number
  first_month: number
  first_number: number
  next_number: number
}

export const listNumberSeries = defineVerb(
  { permission: 'number_series.list', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<NumberSeries[]> =>
    means.db.all<NumberSeries>(
      sql`select n.* from number_series n where ${scoped(actor, { table: 'n', client: null })} order by n.brand_id, n.kind, n.year desc`,
    ),
)

/**
 * Says how the numbers of a brand's documents look from a year on: what stands before the count, how many digits, and
 * where it begins. Only before the first document of that year: a series whose look changed half-way would neither be
 * in order nor show that it has no gaps.
 */
export const changeNumberSeries = defineVerb(
  {
    permission: 'number_series.change',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      kind: Type.Enum({
        invoice: 'invoice',
        credit_note: 'credit_note',
        proforma: 'proforma',
        receipt: 'receipt',
        quote: 'quote',
      } as const),
      year: Type.Integer({ minimum: 2000, maximum: 2200 }),
      /** Letters, digits, dashes, dots, slashes and {year}, {yy} or {FY}: "KH-{year}-", "A/{FY}/". */
      head: Type.String({ pattern: '^(?:[A-Za-z0-9./_-]|\\{year\\}|\\{yy\\}|\\{FY\\}){1,30}$' }),
      /** The month with which the year of the series begins; the year is the one in which it begins. */
      first_month: Type.Integer({ minimum: 1, maximum: 12, default: 1 }),
      digits: Type.Integer({ minimum: 1, maximum: 10, default: 5 }),
      first_number: Type.Integer({ minimum: 1, maximum: 1_000_000_000, default: 1 }),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    requireConfirmed(means, actor)
    const scope = { client: null, brand: 'id' }
    await findRow(means.db, actor, { table: 'brands', what: 'brand', id: input.brand_id, scope })
    const { id: brandId, seller_id: sellerId, zone } = await findBrand(means.db, input.brand_id)
    const { kind, year, head, digits, first_month, first_number } = input
    if (!/\{year\}|\{yy\}|\{FY\}/.test(head))
      throw invalidInput({ head: 'needs {year}, {yy} or {FY}, because the count begins again each year' })
    if (year < financialYear(means.business.today(zone), first_month)) throw invalidInput({ year: 'is over' })
    const { country } = await findSeller(means.db, sellerId)
    refuseTooLong(country, kind, headIn({ head, first_month, prefix: '' }, year).length + digits)
    const of = { sellerId, brandId, kind, year }
    await means.db.transaction((trx) =>
      change(means, trx, { of, look: { head, digits, first_month, first_number } }, actor),
    )
  },
)

interface Wish {
  of: YearSeries
  look: { head: string; digits: number; first_month: number; first_number: number }
}

/** What the law of a country lets a number of a tax document be long. */
const LONGEST: Readonly<Record<string, number>> = { IN: 16 }
const TAX_DOCUMENTS: readonly DocumentKind[] = ['invoice', 'credit_note', 'receipt']

function refuseTooLong(country: string, kind: DocumentKind, length: number): void {
  const most = LONGEST[country]
  if (most === undefined || length <= most || !TAX_DOCUMENTS.includes(kind)) return
  throw invalidInput({
    head: `makes numbers of ${length} characters; those of a seller in ${country} have at most ${most}. Shorten it, or take fewer digits`,
  })
}

async function change(means: Means, trx: Trx, { of, look }: Wish, actor: Actor): Promise<void> {
  await openSeries(means.newId, trx, of)
  const before = await trx.get<NumberSeries>(sql`select * from number_series where ${isSeries(of)}`)
  await refuseBegun(trx, of)
  await refuseTaken(trx, of, look)
  const changed = await trx.run(sql`
    update number_series set head = ${look.head}, digits = ${look.digits}, first_month = ${look.first_month}, first_number = ${look.first_number}, next_number = ${look.first_number}
    where ${isSeries(of)} and next_number = first_number`)
  if (changed === 0) throw SeriesInUse({ year: of.year, next: before!.next_number })
  const entry = {
    action: 'number_series.change',
    subject: before!.id,
    brandId: of.brandId,
    before,
    after: look,
  }
  await recordAudit(means, trx, actor, [entry])
}

/** A year that begins later in the calendar must not fall behind a series that has begun, or is set up, after it. */
async function refuseBegun(queries: Queries, { sellerId, brandId, kind, year }: YearSeries): Promise<void> {
  const later = await queries.get<{ year: number; next_number: number }>(sql`
    select year, next_number from number_series where seller_id = ${sellerId} and brand_id = ${brandId} and kind = ${kind}
      and year > ${year} and next_number > first_number order by year limit 1`)
  if (later) throw SeriesInUse({ year: later.year, next: later.next_number })
}

/** Two series of a seller must never make the same number, also not "A-1" and "2" beside "A-" and "12". */
async function refuseTaken(queries: Queries, of: YearSeries, wanted: Wish['look']): Promise<void> {
  const known = await queries.all<NumberSeries>(
    sql`select * from number_series where ${all([sql`seller_id = ${of.sellerId}`, sql`not (${isSeries(of)})`])}`,
  )
  const defaults = DOCUMENT_KINDS.filter((kind) => kind !== of.kind).map((kind) => ({
    ...{ kind, year: of.year, brand_id: of.brandId, prefix: '', head: defaultHead(kind), first_month: 1 },
  }))
  const own = headIn({ ...wanted, prefix: '' }, of.year)
  const set = (kind: string) =>
    known.some((row) => row.kind === kind && row.year === of.year && row.brand_id === of.brandId)
  const rival = [...known, ...defaults.filter(({ kind }) => !set(kind))].find((row) =>
    meet(own, headIn(row, row.year)),
  )
  if (rival) throw SeriesHeadTaken({ head: own, kind: rival.kind, year: rival.year })
}

function meet(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  return long.startsWith(short) && /^\d*$/.test(long.slice(short.length))
}
