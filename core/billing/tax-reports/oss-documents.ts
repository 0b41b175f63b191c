import { Type } from '../../../sdk/index.ts'
import { findReachableSeller } from '../../brands/index.ts'
import { all, sql, type Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { sharesInReturn, type ShareInReturn } from './oss-conversion.ts'
import { inReturnCurrency } from './oss-currency.ts'
import {
  keyOfPlace,
  nameOfQuarter,
  ossMovements,
  ossPlace,
  Quarter,
  type OssPlace,
  type Taxed,
} from './oss-movements.ts'
import { byPlace } from './oss-report.ts'

/** One taxed rate of a document, or of its void. */
export interface OssDocument extends OssPlace {
  id: string
  number: string
  kind: string
  issued_on: IsoDate
  client_id: string
  client: string
  netMinor: bigint
  taxMinor: bigint
  /** Its share of the row in the currency of the return; null while no rate is known. */
  inReturn: ShareInReturn | null
}

/**
 * The documents behind one row of the report, or without a country behind all of it. Their figures add up to those of the
 * row, in the currency of the return too: a row is converted once, and its documents share the result.
 */
export const readOssDocuments = defineVerb(
  {
    permission: 'tax_report.oss_documents',
    audience: ['staff'],
    input: Type.Object({
      ...Quarter,
      country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      rate_ppm: Type.Optional(Type.Integer()),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
      corrects: Type.Optional(Type.String({ pattern: '^\\d{4}-Q[1-4]$' })),
    }),
  },
  async (means: Means, input, actor): Promise<OssDocument[]> => {
    const seller = await findReachableSeller(means.db, actor, input.seller_id)
    const found = await means.db.all<Found>(sql`
      select m.*, coalesce(c.company, c.name) as client from (${ossMovements(input)}) m join clients c on c.id = m.client_id
      where ${all(asksFor(input))} order by m.number, m.sign desc, m.id`)
    const moved = found.flatMap((row) => {
      const place = ossPlace(row, { seller, quarter: input })
      return place && fits(place, input) ? [documentOf(row, place)] : []
    })
    const places = [...Map.groupBy(moved, keyOfPlace).values()].map((documents) => placeOf(documents))
    const rows = await inReturnCurrency(means.db, nameOfQuarter(input), places)
    return rows.sort(byPlace).flatMap(({ documents, inReturn }) => {
      const shares = sharesInReturn(documents, inReturn)
      return documents.map((document, at) => ({ ...document, inReturn: shares[at] ?? null }))
    })
  },
)

interface Found extends Taxed {
  id: string
  number: string
  kind: string
  issued_on: IsoDate
  client_id: string
  client: string
  net_minor: bigint
  tax_minor: bigint
}

interface Asked {
  country?: string
  rate_ppm?: number
  currency?: string
  corrects?: string
}

const asksFor = ({ country, rate_ppm, currency }: Asked): Sql[] =>
  country === undefined
    ? [sql`1 = 1`]
    : [sql`m.rate_ppm = ${rate_ppm ?? null}`, sql`m.currency = ${currency ?? null}`]

const fits = (place: OssPlace, { country, corrects }: Asked): boolean =>
  country === undefined || (place.country === country && place.corrects === (corrects ?? null))

type Moved = Omit<OssDocument, 'inReturn'>

function documentOf(row: Found, place: OssPlace): Moved {
  const { id, number, kind, issued_on, client_id, client } = row
  const facts = { id, number, kind, issued_on, client_id, client }
  return { ...place, ...facts, netMinor: row.net_minor, taxMinor: row.tax_minor }
}

function placeOf(documents: readonly Moved[]) {
  const { country, ratePpm, currency, corrects } = documents[0]!
  const sum = (of: 'netMinor' | 'taxMinor') => documents.reduce((all, one) => all + one[of], 0n)
  const sums = { netMinor: sum('netMinor'), taxMinor: sum('taxMinor') }
  return { country, ratePpm, currency, corrects, ...sums, documents }
}
