import { Type } from '../../../sdk/index.ts'
import { findReachableSeller } from '../../brands/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import type { InReturn } from './oss-conversion.ts'
import { inReturnCurrency } from './oss-currency.ts'
import {
  keyOfPlace,
  nameOfQuarter,
  ossMovements,
  ossPlace,
  Quarter,
  type OssPlace,
  type QuarterOf,
  type Taxed,
} from './oss-movements.ts'

export interface OssRow extends OssPlace {
  netMinor: bigint
  taxMinor: bigint
  documents: number
  /** In the currency of the return; null while no rate is known. */
  inReturn: InReturn | null
}

/**
 * What a seller owes other member states for a quarter, by state and rate: in the Union scheme, or from outside the EU in
 * the other one. Whose rate was charged decides: a sale at the rate of the seller is one at home. A correction of an earlier quarter (a credit
 * note, or an invoice declared void later) stands by itself with the quarter that it corrects.
 */
export const readOssReport = defineVerb(
  { permission: 'tax_report.oss', audience: ['staff'], input: Type.Object(Quarter) },
  async (means: Means, input, actor): Promise<OssRow[]> => {
    const seller = await findReachableSeller(means.db, actor, input.seller_id)
    const rows = new Map<string, Omit<OssRow, 'inReturn'>>()
    for (const found of await sums(means.db, input)) {
      const place = ossPlace(found, { seller, quarter: input })
      if (place === null) continue
      const key = keyOfPlace(place)
      const row = rows.get(key) ?? { ...place, netMinor: 0n, taxMinor: 0n, documents: 0 }
      row.netMinor += found.net_minor
      row.taxMinor += found.tax_minor
      row.documents += found.documents
      rows.set(key, row)
    }
    return inReturnCurrency(means.db, nameOfQuarter(input), [...rows.values()].sort(byPlace))
  },
)

interface Sum extends Taxed {
  net_minor: bigint
  tax_minor: bigint
  documents: number
}

/** Evidence of place has few forms, so the sums come in few rows whatever the number of documents. */
function sums(queries: Queries, quarter: QuarterOf): Promise<Sum[]> {
  return queries.all<Sum>(sql`
    select m.evidence, m.owed_to, m.tax_name, m.currency, m.rate_ppm, m.month, sum(m.net_minor) as net_minor, sum(m.tax_minor) as tax_minor, count(*) as documents
    from (${ossMovements(quarter)}) m group by m.evidence, m.owed_to, m.tax_name, m.currency, m.rate_ppm, m.month order by m.month`)
}

/** The quarter's own sales first, then by state, the higher rate first. */
export const byPlace = (a: OssPlace, b: OssPlace): number =>
  (a.corrects ?? '').localeCompare(b.corrects ?? '') ||
  a.country.localeCompare(b.country) ||
  b.ratePpm - a.ratePpm ||
  a.currency.localeCompare(b.currency)
