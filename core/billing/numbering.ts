import { sql, type Trx } from '../db/index.ts'
import { assert, yearOf, type IdMaker, type IsoDate } from '../kernel/index.ts'

export type DocumentKind = 'invoice' | 'credit_note'

const PREFIXES: Record<DocumentKind, string> = { invoice: 'INV', credit_note: 'CN' }
const DIGITS = 5

export interface Series {
  sellerId: string
  brandId: string
  kind: DocumentKind
  issuedOn: IsoDate
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
): Promise<string[]> {
  const { sellerId, brandId, kind, issuedOn } = series
  const year = yearOf(issuedOn)
  await trx.run(sql`
    insert into number_series (id, seller_id, brand_id, kind, year, prefix, next_number)
    values (${newId('ser')}, ${sellerId}, ${brandId}, ${kind}, ${year}, ${PREFIXES[kind]}, 1)
    on conflict (seller_id, brand_id, kind, year) do nothing`)
  const row = await trx.get<{ prefix: string; next_number: number }>(sql`
    update number_series set next_number = next_number + ${count}
    where seller_id = ${sellerId} and brand_id = ${brandId} and kind = ${kind} and year = ${year}
    returning prefix, next_number`)
  assert(row, 'the number series exists')
  const first = row.next_number - count
  return Array.from(
    { length: count },
    (_, i) => `${row.prefix}-${year}-${String(first + i).padStart(DIGITS, '0')}`,
  )
}
