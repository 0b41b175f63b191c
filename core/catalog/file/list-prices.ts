import { sql, type Queries } from '../../db/index.ts'
import type { Price } from '../product.ts'
import { toPrice, type PriceRow } from '../rows.ts'

/** Prices that lists of a brand have of their own, by owner and then by list; oldest version first. One statement. */
export async function loadListPrices(
  queries: Queries,
  brandId: string,
): Promise<Map<string, Map<string, Price[]>>> {
  const rows = await queries.all<PriceRow & { list_id: string }>(sql`
    select r.id, r.owner_id, r.cycle, r.currency, r.amount_minor, r.setup_minor, r.valid_from, r.list_id, r.scheme,
      null as discount_ppm
    from prices r join price_lists l on l.id = r.list_id
    where l.brand_id = ${brandId} and l.retired_at is null and r.retired_at is null
    order by r.valid_from, r.cycle, r.currency, r.id`)
  const owners = Map.groupBy(rows, (row) => row.owner_id)
  return new Map(
    [...owners].map(([owner, held]) => [
      owner,
      new Map([...Map.groupBy(held, (row) => row.list_id)].map(([list, of]) => [list, of.map(toPrice)])),
    ]),
  )
}
